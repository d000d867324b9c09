"""The price that the form shows is the price that the API gives."""

from __future__ import annotations

import json
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from harness.stack.running import ComposeStack
from harness.stack.wait import wait_until
from harness.verdict.checks import does_not_apply
from tests.e2e.inputs import Inputs, choices_of, numbers_in, reads_as
from tests.houses.api import House, PriceApi
from tests.houses.bundle import GoldenRow
from tests.houses.form import PriceForm
from tests.houses.shown import Shown
from tests.houses.tracker import MlflowApi
from tests.houses.unlike import beyond, houses_at_edges

pytestmark = pytest.mark.same_page

HOUSES = 10
PLACE_OFF = 0.02  # of the width of the interval: a pixel or two


def assert_shows(shown: Shown, house: House, inputs: Inputs) -> None:
    """The house that the price is said to be for is ``house``."""
    for name, value in house.items():
        match value:
            case bool():
                assert shown.inputs[name] == ("Yes" if value else "No"), name
            case str():
                assert shown.inputs[name] == value, name
            case _:
                assert numbers_in(shown.inputs[name])[0] == Decimal(repr(value)), name
                assert shown.inputs[name].endswith(inputs[name]["unit"] or ""), name


@pytest.mark.check("browser.ten-houses")
def test_ten_held_out_houses_have_the_price_of_the_api(
    form: PriceForm,
    api: PriceApi,
    golden: list[GoldenRow],
    inputs: Inputs,
    subtests: pytest.Subtests,
) -> None:
    """Filled in through the browser, every widget."""
    for number, row in enumerate(golden[:: max(1, len(golden) // HOUSES)][:HOUSES]):
        with subtests.test(house=number):
            shown = form.fill(row.inputs).estimate()

            answer = api.predict(row.inputs)
            assert shown.figures == answer.figures, "the form shows another price than the API's"
            [read] = numbers_in(shown.price_text)
            assert reads_as(read, answer.price), "the price is not shown whole"
            assert_shows(shown, row.inputs, inputs)


@pytest.mark.check("browser.choice-changes-price")
def test_a_choice_changed_in_the_form_changes_the_price_as_the_api_says(
    form: PriceForm, api: PriceApi, golden: list[GoldenRow], inputs: Inputs
) -> None:
    """In Ames, that is the neighborhood."""
    name, one = next(iter(choices_of(inputs).items()))
    house = golden[0].inputs
    choices = one["choices"][:: max(1, len(one["choices"]) // 7)]
    form.fill(house)

    shown = [form.fill({name: choice}).estimate().price for choice in choices]

    answers = [api.predict({**house, name: choice}).price for choice in choices]
    assert shown == answers, "the form shows another price than the API's"


@pytest.mark.check("browser.two-prices")
def test_two_houses_have_two_prices(form: PriceForm, golden: list[GoldenRow]) -> None:
    modest = min(golden, key=lambda row: row.price)
    grand = max(golden, key=lambda row: row.price)
    if modest.price == grand.price:
        does_not_apply("all held-out houses have one price")

    first = form.fill(modest.inputs).estimate()
    second = form.fill(grand.inputs).estimate()

    assert second.price > first.price
    assert numbers_in(second.price_text) > numbers_in(first.price_text)


@pytest.mark.check("browser.warnings")
def test_a_house_unlike_all_that_the_model_has_seen_is_shown_with_the_warnings_of_the_api(
    form: PriceForm, api: PriceApi, golden: list[GoldenRow], inputs: Inputs
) -> None:
    """And the next one, which is not, without them."""
    fields = list(inputs.values())
    [usual, *_] = [row.inputs for row in golden if not beyond(fields, row.inputs)]
    unlike = houses_at_edges(fields, usual)[-1]
    if not beyond(fields, unlike):
        does_not_apply("no input takes a value beyond those that the model learnt from")

    warned = form.fill(unlike).estimate()
    plain = form.fill(usual).estimate()

    answer = api.predict(unlike)
    said = {warning["field"]: warning["message"] for warning in answer.warnings}
    assert said, "the API does not warn"
    assert warned.warnings == said, "the form does not show the warnings of the API"
    assert plain.warnings == {}, "the form warns of a house that is like the others"


@pytest.mark.check("browser.each-click")
def test_each_click_asks_anew(form: PriceForm) -> None:
    first, second = form.estimate(), form.estimate()

    assert first.request_id != second.request_id
    assert first.figures == second.figures


@pytest.mark.containers
@pytest.mark.check("browser.request-id")
def test_the_request_id_beside_a_price_is_that_of_the_apis_log(
    form: PriceForm, compose_stack: ComposeStack
) -> None:
    shown = form.estimate()

    def problem() -> str | None:
        lines = map(json.loads, compose_stack.logs("fastapi").splitlines())
        asked = [line.get("path") for line in lines if line.get("request_id") == shown.request_id]
        return None if "/predict" in asked else f"with this id it was asked for {asked}"

    wait_until(
        problem,
        what=f"the API logs the request {shown.request_id}",
        hint="does the form show a price that it did not ask for in this click?",
    )


@pytest.mark.check("browser.interval")
def test_the_interval_is_the_same_in_words_in_the_picture_and_read_aloud(
    form: PriceForm, golden: list[GoldenRow], subtests: pytest.Subtests
) -> None:
    ranked = sorted(golden, key=lambda row: row.price)
    for row in (ranked[0], ranked[len(ranked) // 2], ranked[-1]):
        shown = form.fill(row.inputs).estimate()
        low, high = shown.lower, shown.upper

        for where, text in {"in words": shown.sentence, "read aloud": shown.spoken}.items():
            with subtests.test(where):
                few, many, *bounds = numbers_in(text)
                assert_share(where, few / many, shown.coverage)
                if shown.forward_coverage is not None:  # less was held of the latest sales
                    *bounds, few, many = bounds
                    assert_share(where, few / many, shown.forward_coverage)
                assert_bounds(where, bounds, low, high)
        with subtests.test("in the picture"):
            assert_bounds("in the picture", numbers_in(" to ".join(shown.ends)), low, high)
            place = (shown.price - low) / (high - low)
            assert shown.place == pytest.approx(place, abs=PLACE_OFF), "the price stands elsewhere"


def assert_share(where: str, read: Decimal, share: float) -> None:
    assert read <= share + 1e-9, f"{where}: it promises too much"
    assert read > share - 0.01, f"{where}: it promises too little"


def assert_bounds(where: str, read: list[Decimal], low: float, high: float) -> None:
    """``read`` is the interval, whole, and nothing else."""
    assert len(read) == 2, f"{where}: the interval has {len(read)} ends: {read}"
    good = reads_as(read[0], low) and reads_as(read[1], high)
    assert good, f"{where}: the interval is {read[0]} to {read[1]}, not {low} to {high}"


@pytest.mark.check("browser.inputs-shown")
def test_all_inputs_that_were_used_are_shown_in_order(form: PriceForm, inputs: Inputs) -> None:
    """Each with the value that was entered: see the ten houses."""
    assert list(form.estimate().inputs) == list(inputs)


@pytest.mark.check("browser.version")
def test_the_version_of_the_model_that_answered_is_shown(form: PriceForm, api: PriceApi) -> None:
    shown = form.estimate()

    assert shown.model_version == api.model()["version"]
    assert f"version {shown.model_version}" in shown.text


@pytest.mark.check("browser.mlflow-link")
def test_the_link_leads_to_the_models_run_in_mlflow(form: PriceForm, api: PriceApi) -> None:
    link, model = form.estimate().run_link, api.model()

    assert link is not None
    parts = urlsplit(link)
    assert parts.fragment == f"/experiments/{model['experiment_id']}/runs/{model['run_id']}"
    with MlflowApi(f"{parts.scheme}://{parts.netloc}") as mlflow:
        assert "<title>MLflow</title>" in mlflow.get("/").text
