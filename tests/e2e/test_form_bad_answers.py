"""What a person sees when the API refuses, or answers what cannot be right.

The form is the real one in its container; between it and the real API is a stub that lies.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.asked import MODEL, PREDICT
from tests.e2e.inputs import Inputs, another_value
from tests.e2e.page import MESSAGE_DUE_S, assert_no_internals, assert_plain_message_in_time
from tests.houses.bundle import GoldenRow
from tests.houses.form import PriceForm
from tests.houses.reading import shows
from tests.houses.stub_api import Lie, StubApi

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("stub")]


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
    form_of_stub: PriceForm,
    stub: StubApi,
    inputs: Inputs,
    headline: str,
    lies: dict[str, Lie],
    subtests: pytest.Subtests,
) -> None:
    name, one = next(iter(inputs.items()))
    entered = another_value(one)
    before = form_of_stub.fill({name: entered}).estimate()
    for answer, lie in lies.items():
        with subtests.test(answer=answer):
            stub.says({PREDICT: lie})
            assert_plain_message_in_time(form_of_stub, headline)
            assert "secret-detail" not in form_of_stub.page.locator("body").inner_text()
            assert shows(form_of_stub.value(name), entered), "the entry is lost"

            stub.says({})
            after = form_of_stub.estimate()
            assert (after.figures, after.inputs) == (before.figures, before.inputs)
    assert form_of_stub.errors == []


@pytest.mark.same_page
@pytest.mark.check("browser.other-house")
def test_the_price_of_another_house_is_not_shown(
    form_of_stub: PriceForm, stub: StubApi, golden: list[GoldenRow]
) -> None:
    stub.says({PREDICT: changed(inputs=golden[1].inputs)})

    assert_plain_message_in_time(form_of_stub.fill(golden[0].inputs), NONSENSE)


@pytest.mark.check("browser.previous-answer")
def test_the_answer_to_the_click_before_is_not_shown_again(
    form_of_stub: PriceForm, stub: StubApi, api_answer: str, inputs: Inputs
) -> None:
    """As a cache would answer that ignores the body of a request."""
    name, one = next(iter(inputs.items()))
    stub.says({PREDICT: Lie(body=api_answer)})
    form_of_stub.estimate()

    assert_plain_message_in_time(form_of_stub.fill({name: another_value(one)}), NONSENSE)


@pytest.fixture
def api_answer(stub: StubApi, inputs: Inputs) -> str:
    """What the API really says to a house of defaults."""
    defaults = {name: one["default"] for name, one in inputs.items()}
    return stub.post("/predict", json=defaults).text


@pytest.mark.same_page
@pytest.mark.check("browser.refused-field")
def test_a_refusal_names_the_fields_and_the_reasons(
    form_of_stub: PriceForm, stub: StubApi, inputs: Inputs
) -> None:
    name, one = next(iter(inputs.items()))
    reason = {"field": name, "label": one["label"], "message": "must be <b>another</b> one"}
    stub.says({PREDICT: problem(422, errors=[reason])})

    assert_plain_message_in_time(form_of_stub, REFUSED)
    assert f"{one['label']}: must be <b>another</b> one" in form_of_stub.problem()


@pytest.mark.same_page
@pytest.mark.check("browser.no-link")
@pytest.mark.parametrize(
    "lies",
    [
        {MODEL: Lie(seconds=2 * MESSAGE_DUE_S)},
        {MODEL: Lie(body="{}")},
        {MODEL: problem(500)},
        {MODEL: changed(version="1000")},
        {PREDICT: changed(model_version="1000")},
    ],
    ids=["slow", "empty", "500", "another now", "another then"],
)
def test_a_price_stands_without_a_link_when_nobody_can_say_which_run_gave_it(
    form_of_stub: PriceForm, stub: StubApi, lies: dict[str, Lie]
) -> None:
    """Also when the model was replaced after it gave the price."""
    stub.says(lies)

    shown = form_of_stub.estimate()

    assert shown.price > 0
    assert shown.run_link is None, "the link leads to the run of another model"
    stub.says({})
    assert form_of_stub.estimate().run_link, "the link stays away when it can be had again"


@pytest.mark.check("browser.link-follows")
def test_the_link_leads_to_the_run_that_the_api_tells_of_now(
    form_of_stub: PriceForm, stub: StubApi
) -> None:
    """A registry that was set up anew begins with version 1 again."""
    form_of_stub.estimate()
    stub.says({MODEL: changed(run_id="later")})

    link = form_of_stub.estimate().run_link

    assert link is not None
    assert link.endswith("/runs/later"), f"the link leads to an earlier run: {link}"


@pytest.mark.check("browser.model-replaced")
def test_a_form_whose_model_was_replaced_says_so_and_shows_what_the_new_one_asks_for(
    form_of_stub: PriceForm, stub: StubApi, schema: dict[str, Any]
) -> None:
    other = Lie(changes={"title": "Other houses", "inputs": schema["inputs"][1:]})
    stub.says({PREDICT: problem(422), "GET /schema": other})

    assert_plain_message_in_time(form_of_stub, "The model was replaced")

    expect(form_of_stub.page.get_by_role("heading", level=1)).to_have_text("Other houses")
    expect(form_of_stub.widget(schema["inputs"][0]["name"])).to_have_count(0)


@pytest.mark.check("browser.bad-schema")
@pytest.mark.parametrize(
    "lie",
    [
        Lie(body="<h1>It works</h1>"),
        changed(inputs=None),
        problem(500),
        Lie(seconds=2 * MESSAGE_DUE_S),
    ],
    ids=["not JSON", "no inputs", "500", "slow"],
)
def test_a_page_that_cannot_be_drawn_says_so_and_appears_by_itself_later(
    stub: StubApi, address_of_form_of_stub: str, page: Page, lie: Lie
) -> None:
    form = PriceForm(page, address_of_form_of_stub)
    usual = form.visit()
    stub.says({"GET /schema": lie})

    assert form.visit() < usual + MESSAGE_DUE_S, "the message came too late"

    expect(page.locator(".st-key-problem")).to_be_visible()
    assert_no_internals(form)
    assert form.button.count() == 0

    stub.says({})
    form.until_drawn()
    assert form.estimate().price > 0
