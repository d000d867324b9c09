"""The widgets: what can be entered, what cannot, and with which hands."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from harness.stack.running import Stack
from tests.e2e.inputs import Input, Inputs, choices_of, numbers_of
from tests.houses.api import PriceApi
from tests.houses.bundle import GoldenRow
from tests.houses.form import PriceForm
from tests.houses.keyboard import Keyboard

if TYPE_CHECKING:
    from playwright.sync_api import Page

READABLE = 10  # pixels at least: what is for screen readers only has one
# What a style sheet, and so no locator, finds below the button.
BELOW_BUTTON = "e => getComputedStyle(e.closest('.stFormSubmitButton'), '::after').content"


def whole(one: Input, key: str) -> float:
    """A bound or the step of a number input, as far as its kind of numbers goes."""
    found: float = one[key]
    if one["kind"] == "number":
        return found
    return {"minimum": math.ceil, "maximum": math.floor}.get(key, lambda x: max(1, round(x)))(found)


def plus(one: float, other: float) -> float:
    """The sum as a person adds: 0.1 and 0.2 are 0.3."""
    return float(Decimal(repr(one)) + Decimal(repr(other)))


@pytest.fixture(scope="session")
def numbers(inputs: Inputs) -> Inputs:
    """The inputs that are numbers."""
    return numbers_of(inputs)


@pytest.mark.same_page
@pytest.mark.check("browser.limits")
def test_number_fields_have_the_range_and_step_of_the_schema(
    form: PriceForm, numbers: Inputs
) -> None:
    for name, one in numbers.items():
        for attribute, key in {"min": "minimum", "max": "maximum", "step": "step"}.items():
            found = form.control(name).get_attribute(attribute)
            assert found is not None, f"{name} has no {attribute}"
            assert float(found) == whole(one, key), f"{name}: another {attribute} than the schema's"


@pytest.mark.check("browser.limits-refused")
@pytest.mark.parametrize(("bound", "beyond"), [("minimum", -1), ("maximum", 1)])
def test_one_beyond_the_limit_is_refused_in_every_number_field(
    form: PriceForm, numbers: Inputs, bound: str, beyond: int, subtests: pytest.Subtests
) -> None:
    for name, one in numbers.items():
        with subtests.test(field=name):
            form.enter(name, plus(whole(one, bound), beyond * whole(one, "step")))

            alert = form.widget(name).get_by_role("alert")
            expect(alert).to_contain_text("outside the allowed range")
            expect(form.control(name)).to_have_attribute("aria-invalid", "true")
            box = alert.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) > READABLE

    assert "see the field in red" in form.button.evaluate(BELOW_BUTTON)
    form.click()
    assert not form.shows_a_price()


@pytest.mark.check("browser.limits-taken")
@pytest.mark.parametrize("bound", ["minimum", "maximum"])
def test_the_limits_themselves_are_taken_and_priced(
    form: PriceForm, api: PriceApi, inputs: Inputs, numbers: Inputs, bound: str
) -> None:
    extreme = {name: whole(one, bound) for name, one in numbers.items()}
    house = {name: one["default"] for name, one in inputs.items()} | extreme

    shown = form.fill(extreme).estimate()

    assert form.page.get_by_role("alert").count() == 0
    assert shown.figures == api.predict(house).figures


@pytest.mark.check("browser.limits-not-sent")
def test_a_click_with_a_number_out_of_range_asks_the_api_nothing(
    page: Page, stack: Stack, numbers: Inputs
) -> None:
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    form = PriceForm(page, stack.url("streamlit")).open()
    name, one = next(iter(numbers.items()))
    sent.clear()

    form.enter(name, plus(whole(one, "maximum"), whole(one, "step")))
    form.click()
    form.enter(name, whole(one, "maximum"))
    form.estimate()

    assert len(sent) == 1  # that of the second click


@pytest.mark.same_page
@pytest.mark.check("browser.steps")
def test_the_buttons_of_every_number_field_move_it_by_its_step(
    form: PriceForm, numbers: Inputs, subtests: pytest.Subtests
) -> None:
    for name, one in numbers.items():
        with subtests.test(field=name):
            low, step = whole(one, "minimum"), whole(one, "step")
            if plus(low, step) > whole(one, "maximum"):
                continue  # its range is narrower than its step: both buttons rest
            form.enter(name, low)
            form.step(name, "Increment", plus(low, step))
            form.step(name, "Decrement", low)


@pytest.mark.same_page
@pytest.mark.check("browser.choices")
def test_every_list_offers_all_its_choices_in_order(
    form: PriceForm, inputs: Inputs, subtests: pytest.Subtests
) -> None:
    for name, one in choices_of(inputs).items():
        with subtests.test(list=name):
            assert form.choices(name) == one["choices"], "the list offers other choices"


@pytest.mark.check("browser.keyboard")
def test_a_house_can_be_entered_with_the_keyboard_alone(
    form: PriceForm, api: PriceApi, golden: list[GoldenRow]
) -> None:
    house, keyboard = golden[min(3, len(golden) - 1)].inputs, Keyboard(form)
    for name, value in house.items():
        keyboard.tab_to(name)
        keyboard.type(name, value)
    keyboard.press_button()

    assert form.shown().figures == api.predict(house).figures
