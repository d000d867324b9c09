"""Numbers of awkward sizes and steps: what is typed is shown, what is shown is sent, and buttons
count in decimals.

The form is the real one in its container. A stub of the API serves it a contract of such inputs and
keeps what the form sends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from harness.stack.wait import wait_until
from tests.e2e.asked import asked_by_click, contract
from tests.e2e.inputs import numbers_in
from tests.houses.actions import PAGE_TIMEOUT_S
from tests.houses.form import PriceForm
from tests.houses.reading import shows
from tests.houses.stub_api import StubApi

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("stub")]
CLICKS = 25


class Awkward(NamedTuple):
    """A number input. ``values`` are typed, each has room for one step up, and the first for
    ``CLICKS`` of them."""

    minimum: float
    maximum: float
    step: float
    values: tuple[float, ...]
    unit: str | None = None
    kind: str = "number"


AWKWARD = {
    "share": Awkward(0.0, 1.0, 1e-8, (0.02892562, 0.3, 1e-7, 0.123456789012), unit="%"),
    "quarter": Awkward(-2.75, 120.5, 0.25, (7.25, -2.75, 0.1, 99.999)),
    "millions": Awkward(0.5, 4e9 + 0.5, 1e6, (0.5, 123456.789, 3.5e9, 2e9), unit="kr"),
    "longitude": Awkward(-124.35, -114.31, 0.01, (-122.41942, -124.35, -118.2437, -120.0), "°"),
    "year": Awkward(1872, 2010, 1, (1900, 1999, 1872, 2000), kind="integer"),
    "area": Awkward(7, 6003, 10, (1453, 7, 5991, 300), unit="sq ft", kind="integer"),
    "below": Awkward(-0.875, -0.005, 0.005, (-0.85, -0.3, -0.015, -0.875), unit="m"),
    "odd": Awkward(0.1, 9.7, 0.3, (0.2, 0.1, 7.7, 3.3)),
}
HOUSES = range(len(AWKWARD["share"].values))
House = dict[str, float]


def house(number: int) -> House:
    return {name: one.values[number] for name, one in AWKWARD.items()}


def described(name: str, one: Awkward) -> dict[str, Any]:
    """An input as ``GET /schema`` tells of it."""
    words = {"name": name, "label": name.title(), "group": "Numbers", "help": "", "unit": one.unit}
    limits = {"minimum": one.minimum, "maximum": one.maximum, "step": one.step}
    return {**words, **limits, "kind": one.kind, "default": one.values[0]}


SCHEMA = contract([described(name, one) for name, one in AWKWARD.items()])


def moved(name: str, start: float, steps: int) -> float:
    """Where ``steps`` presses of a button lead, counted in decimals."""
    return float(Decimal(repr(start)) + steps * Decimal(repr(AWKWARD[name].step)))


@pytest.fixture
def form_of_numbers(stub: StubApi, address_of_form_of_stub: str, page: Page) -> PriceForm:
    stub.says({"GET /schema": SCHEMA})
    return PriceForm(page, address_of_form_of_stub).open()


def assert_shown_and_sent(form: PriceForm, stub: StubApi, expected: Mapping[str, float]) -> None:
    """A click sends exactly ``expected``, and the price stands beside it."""
    for name, value in expected.items():
        assert shows(text := form.value(name), value), f"{name} shows {text}, not {value!r}"

    bodies = asked_by_click(form, stub, SCHEMA, expected)

    sent = [json.loads(body, parse_float=Decimal) for body in bodies]
    wanted = {name: Decimal(repr(value)) for name, value in expected.items()}
    assert sent == [wanted], "other numbers are sent than those that are shown"
    written = {name: numbers_in(text) for name, text in form.shown().inputs.items()}
    assert written == {name: [value] for name, value in wanted.items()}


@pytest.mark.check("browser.numbers-typed")
def test_numbers_of_any_size_are_shown_and_sent_as_they_are_typed(
    form_of_numbers: PriceForm, stub: StubApi, subtests: pytest.Subtests
) -> None:
    for number in HOUSES:
        with subtests.test(house=house(number)):
            form_of_numbers.fill(house(number))
            assert_shown_and_sent(form_of_numbers, stub, house(number))


@pytest.mark.check("browser.numbers-and-back")
def test_one_step_up_and_one_down_lead_back_to_the_very_number(
    form_of_numbers: PriceForm, stub: StubApi, subtests: pytest.Subtests
) -> None:
    for name, one in AWKWARD.items():
        with subtests.test(field=name):
            for value in one.values:
                form_of_numbers.enter(name, value)
                form_of_numbers.step(name, "Increment", moved(name, value, 1))
                form_of_numbers.step(name, "Decrement", value)
    assert_shown_and_sent(form_of_numbers, stub, house(-1))


@pytest.mark.check("browser.numbers-many-clicks")
def test_25_clicks_or_arrow_keys_move_a_number_by_exactly_25_steps(
    form_of_numbers: PriceForm, stub: StubApi
) -> None:
    start = house(0)
    clicked = {name: moved(name, value, CLICKS) for name, value in start.items()}
    form = form_of_numbers.fill(start)

    for name in start:
        up = form.widget(name).get_by_role("button", name="Increment", exact=True)
        up.click(click_count=CLICKS)
        until_holds(form, name, clicked[name])
    form.entered.update(clicked)
    assert_shown_and_sent(form, stub, clicked)

    for name in start:
        form.control(name).focus()
        for _ in range(CLICKS):
            form.page.keyboard.press("ArrowDown")
        until_holds(form, name, start[name])
        form.settle()
    form.entered.update(start)
    assert_shown_and_sent(form, stub, start)


def until_holds(form: PriceForm, name: str, expected: float) -> None:
    def problem() -> str | None:
        reading = form.read(name)
        held = reading is not None and shows(reading.text, expected)
        return None if held else str(reading or "it is not there")

    wait_until(
        problem,
        what=f"{name} holds {expected!r}",
        seconds=PAGE_TIMEOUT_S,
        hint="steps.js",
        pause=0.05,
    )
