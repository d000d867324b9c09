"""What a person sees when the API is slow, refuses, or answers what cannot be right.

The form is the real one in its container; between it and the real API is a stand-in that lies.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from harness.verdict.checks import Figures
from tests.e2e.page import PATIENCE, assert_no_internals, assert_plain_message_in_time
from tests.houses.bundle import GoldenRow
from tests.houses.form import PriceForm
from tests.houses.stub_api import Impostor, Lie

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("deceived")]

Inputs = dict[str, dict[str, Any]]
PREDICT = "POST /predict"


def problem(status: int, title: str = "No", **more: object) -> Lie:
    body = json.dumps({"title": title, "status": status, "detail": "secret-detail", **more})
    return Lie(body=body, status=status, content_type="application/problem+json")


def changed(**changes: object) -> Lie:
    return Lie(changes=changes)


UNAVAILABLE, REFUSED, FAILED, NONSENSE = (
    "cannot be reached",
    "did not accept these entries",
    "had a fault of its own",
    "cannot be right, so it is not shown",
)
BAD: dict[str, dict[str, Lie]] = {
    UNAVAILABLE: {
        "502 of a gateway": Lie(body="<h1>Bad Gateway</h1>", status=502),
        "503": problem(503),
    },
    REFUSED: {"400": problem(400), "401": problem(401), "429": problem(429)},
    FAILED: {"500": problem(500)},
    NONSENSE: {
        "404": problem(404),
        "422 without a reason": Lie(body="no", status=422),
        "not JSON": Lie(body="<h1>It works</h1>", content_type="text/html"),
        "nothing": Lie(body=""),
        "an empty object": Lie(body="{}"),
        "a list": Lie(body="[200000]"),
        "a price of null": changed(price=None),
        "a price of NaN": changed(price=math.nan),
        "an infinite price": changed(price=math.inf, upper=math.inf),
        "a negative price": changed(price=-1.0, lower=-2.0),
        "a price of 0": changed(price=0.0, lower=0.0),
        "a price as text": changed(price="200000"),
        "a price in an object": changed(price={"amount": 200_000}),
        "a price outside its range": changed(upper=1.0),
        "another currency": changed(currency="XAU"),
        "no inputs": changed(inputs={}),
    },
}


@pytest.mark.same_page
@pytest.mark.check("browser.bad-answer")
@pytest.mark.parametrize(
    ("headline", "lies"), BAD.items(), ids=["unavailable", "refusal", "fault", "nonsense"]
)
def test_a_bad_answer_gives_a_plain_message_and_the_form_recovers_with_all_entries(
    deceived_form: PriceForm,
    impostor: Impostor,
    inputs: Inputs,
    headline: str,
    lies: dict[str, Lie],
    subtests: pytest.Subtests,
) -> None:
    name, one = next((n, each) for n, each in inputs.items() if each["kind"] == "integer")
    entered = one["minimum"]
    before = deceived_form.fill({name: entered}).estimate()
    for answer, lie in lies.items():
        with subtests.test(answer=answer):
            impostor.says({PREDICT: lie})
            assert_plain_message_in_time(deceived_form, headline)
            assert "secret-detail" not in deceived_form.page.locator("body").inner_text()
            assert deceived_form.value(name) == str(entered)

            impostor.says({})
            after = deceived_form.estimate()
            assert (after.figures, after.inputs) == (before.figures, before.inputs)
    assert deceived_form.errors == []


@pytest.mark.same_page
@pytest.mark.check("browser.other-house")
def test_the_price_of_another_house_is_not_shown(
    deceived_form: PriceForm, impostor: Impostor, golden: list[GoldenRow]
) -> None:
    impostor.says({PREDICT: changed(inputs=golden[1].inputs)})

    assert_plain_message_in_time(deceived_form.fill(golden[0].inputs), NONSENSE)


@pytest.mark.check("browser.previous-answer")
def test_the_answer_to_the_click_before_is_not_shown_again(
    deceived_form: PriceForm, impostor: Impostor, api_answer: str, inputs: Inputs
) -> None:
    """As a cache would give it that does not look at what is asked."""
    name, one = next((n, each) for n, each in inputs.items() if each["kind"] == "integer")
    impostor.says({PREDICT: Lie(body=api_answer)})
    deceived_form.estimate()

    assert_plain_message_in_time(deceived_form.fill({name: one["maximum"]}), NONSENSE)


@pytest.fixture
def api_answer(impostor: Impostor, inputs: Inputs) -> str:
    """What the API really says to a house of defaults."""
    defaults = {name: one["default"] for name, one in inputs.items()}
    return impostor.post("/predict", json=defaults).text


@pytest.mark.same_page
@pytest.mark.check("browser.refused-field")
def test_a_refusal_names_the_fields_and_the_reasons(
    deceived_form: PriceForm, impostor: Impostor, inputs: Inputs
) -> None:
    name, one = next(iter(inputs.items()))
    reason = {"field": name, "label": one["label"], "message": "must be <b>another</b> one"}
    impostor.says({PREDICT: problem(422, errors=[reason])})

    assert_plain_message_in_time(deceived_form, REFUSED)
    assert f"{one['label']}: must be <b>another</b> one" in deceived_form.problem()


@pytest.mark.same_page
@pytest.mark.check("browser.slow")
def test_an_api_that_takes_too_long_gives_a_message_in_time(
    deceived_form: PriceForm, impostor: Impostor, figure: Figures
) -> None:
    deceived_form.estimate()
    impostor.says({PREDICT: Lie(seconds=2 * PATIENCE)})

    took = assert_plain_message_in_time(deceived_form, "took too long")

    figure("seconds until the message", took, "s", at_most=PATIENCE)


@pytest.mark.same_page
@pytest.mark.check("browser.slow-price")
def test_no_earlier_price_is_shown_while_the_api_thinks(
    deceived_form: PriceForm, impostor: Impostor
) -> None:
    before = deceived_form.estimate()
    impostor.says({PREDICT: Lie(seconds=2)})

    deceived_form.button.click()

    expect(deceived_form.page.get_by_text("Asking the model")).to_be_visible()
    assert not deceived_form.shows_a_price()
    deceived_form.wait_for_another(before.request_id)
    assert deceived_form.shown().figures == before.figures


@pytest.mark.same_page
@pytest.mark.check("browser.no-link")
@pytest.mark.parametrize(
    "lie", [Lie(seconds=2 * PATIENCE), Lie(body="{}"), problem(500)], ids=["slow", "empty", "500"]
)
def test_a_price_stands_without_a_link_when_only_the_model_cannot_be_asked_for(
    deceived_form: PriceForm, impostor: Impostor, lie: Lie
) -> None:
    impostor.says({"GET /model": lie})

    shown = deceived_form.estimate()

    assert shown.price > 0
    assert shown.run_link is None


@pytest.mark.check("browser.model-replaced")
def test_a_form_whose_model_was_replaced_says_so_and_shows_what_the_new_one_asks_for(
    deceived_form: PriceForm, impostor: Impostor, schema: dict[str, Any]
) -> None:
    other = Lie(changes={"title": "Other houses", "inputs": schema["inputs"][1:]})
    impostor.says({PREDICT: problem(422), "GET /schema": other})

    assert_plain_message_in_time(deceived_form, "The model was replaced")

    expect(deceived_form.page.get_by_role("heading", level=1)).to_have_text("Other houses")
    expect(deceived_form.widget(schema["inputs"][0]["name"])).to_have_count(0)


@pytest.mark.check("browser.bad-schema")
@pytest.mark.parametrize(
    "lie",
    [Lie(body="<h1>It works</h1>"), changed(inputs=None), problem(500), Lie(seconds=2 * PATIENCE)],
    ids=["not JSON", "no inputs", "500", "slow"],
)
def test_a_page_that_cannot_be_drawn_says_so_and_appears_by_itself_later(
    impostor: Impostor, deceived_address: str, page: Page, lie: Lie
) -> None:
    form = PriceForm(page, deceived_address)
    impostor.says({"GET /schema": lie})

    form.visit(seconds=PATIENCE)

    expect(page.locator(".st-key-problem")).to_be_visible()
    assert_no_internals(form)
    assert form.button.count() == 0

    impostor.says({})
    form.until_drawn()
    assert form.estimate().price > 0
