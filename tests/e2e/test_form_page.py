"""The form as a page: what it asks for, how it can be used, and on which screens."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from harness.api import PriceApi, Value
from harness.bundle import GoldenRow
from harness.form import PriceForm

Inputs = dict[str, dict[str, Any]]
PHONE = 390  # pixels


def cut_off(page: Page) -> list[str]:
    """What is drawn beyond the right edge of the window: first words of its text, or its tag.

    The page itself never gets wider: Streamlit scrolls inside of it.
    """
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".stMain *")]
            .filter(each => each.checkVisibility() && each.getBoundingClientRect().width > 0)
            .filter(each => each.getBoundingClientRect().right > window.innerWidth + 1)
            .map(each => each.innerText?.slice(0, 30) || each.tagName)"""
    )
    return found


def test_the_form_shows_what_it_is_about(form: PriceForm, schema: dict[str, Any]) -> None:
    heading = form.page.get_by_role("heading", level=1)

    expect(heading).to_have_text(schema["title"])
    assert schema["title"] in form.page.title()


def test_every_input_of_the_schema_is_there_with_its_label_and_unit(
    form: PriceForm, inputs: Inputs
) -> None:
    for name, one in inputs.items():
        label = form.widget(name).get_by_test_id("stWidgetLabel")
        unit = f" ({one['unit']})" if one["unit"] else ""

        expect(label).to_be_visible()
        expect(label).to_have_text(one["label"] + unit)


def test_the_inputs_are_in_the_order_and_the_groups_of_the_schema(
    form: PriceForm, inputs: Inputs
) -> None:
    shown = form.page.locator("[class*=st-key-input-]").evaluate_all(
        "all => all.map(each => each.className.match(/st-key-input-(\\S+)/)[1])"
    )
    groups = list(dict.fromkeys(each["group"] for each in inputs.values()))

    assert shown == list(inputs)
    assert form.page.get_by_role("heading", level=2).all_inner_texts() == groups


def test_a_fresh_form_holds_the_defaults_and_shows_no_price(
    form: PriceForm, inputs: Inputs
) -> None:
    words: dict[Value, str] = {True: "Yes", False: "No"}
    for name, one in inputs.items():
        default = one["default"]
        expected = words[default] if isinstance(default, bool) else str(default)
        assert form.value(name) == expected, name

    assert not form.shows_a_price()


def test_help_is_there_for_every_input_that_has_one(form: PriceForm, inputs: Inputs) -> None:
    name, one = next((name, one) for name, one in inputs.items() if one["help"])

    form.widget(name).get_by_role("button", name="Help for").hover()

    expect(form.page.get_by_role("tooltip")).to_have_text(one["help"])


def test_number_fields_have_the_range_and_step_of_the_schema(
    form: PriceForm, inputs: Inputs
) -> None:
    for name, one in inputs.items():
        if one["kind"] not in ("integer", "number"):
            continue
        for attribute, key in {"min": "minimum", "max": "maximum", "step": "step"}.items():
            found = form.control(name).get_attribute(attribute)
            assert found is not None, name
            assert float(found) == one[key], f"{name}: {attribute}"


@pytest.mark.parametrize(("bound", "beyond"), [("minimum", -1), ("maximum", 1)])
def test_a_number_out_of_range_gets_a_message_and_no_price(
    form: PriceForm, inputs: Inputs, bound: str, beyond: int
) -> None:
    name, one = next((name, one) for name, one in inputs.items() if one["minimum"])

    form.enter(name, one[bound] + beyond * one["step"])
    form.button.click()

    expect(form.widget(name).get_by_role("alert")).to_contain_text("outside the allowed range")
    expect(form.control(name)).to_have_attribute("aria-invalid", "true")
    assert not form.shows_a_price()


def test_the_buttons_of_a_number_field_move_it_by_its_step(form: PriceForm, inputs: Inputs) -> None:
    name, one = next((name, one) for name, one in inputs.items() if one["kind"] == "integer")

    form.widget(name).get_by_role("button", name="Increment").click()

    assert form.value(name) == str(one["default"] + one["step"])


def test_a_list_offers_all_choices_in_order(form: PriceForm, inputs: Inputs) -> None:
    name, one = min(
        ((name, one) for name, one in inputs.items() if one["kind"] == "choice"),
        key=lambda each: len(each[1]["choices"]),  # a long list draws only a part of itself
    )

    form.widget(name).get_by_role("combobox").press("ArrowDown")

    expect(form.page.get_by_role("option")).to_have_text(one["choices"])


def test_a_house_can_be_entered_with_the_keyboard_alone(
    form: PriceForm, api: PriceApi, golden: list[GoldenRow]
) -> None:
    house = golden[3].inputs
    for name, value in house.items():
        form.tab_to(name)
        form.type(name, value)
    form.tab_to_button()
    before = form.answer_id()
    form.page.keyboard.press("Enter")
    form.wait_for_another(before)

    assert form.shown().figures == api.predict(house).figures


@pytest.mark.browser_context_args(viewport={"width": PHONE, "height": 844})
def test_nothing_is_cut_off_on_a_phone(form: PriceForm, inputs: Inputs) -> None:
    assert cut_off(form.page) == []
    for name in inputs:
        box = form.widget(name).bounding_box()
        assert box is not None, name
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= PHONE, name


@pytest.mark.browser_context_args(viewport={"width": PHONE, "height": 844})
def test_a_price_fits_on_a_phone_and_comes_into_view(form: PriceForm) -> None:
    form.estimate()

    expect(form.page.locator(".estimate .price")).to_be_in_viewport()
    assert cut_off(form.page) == []


@pytest.mark.browser_context_args(viewport={"width": 1280, "height": 800})
def test_the_price_is_beside_the_form_on_a_desktop(form: PriceForm) -> None:
    form.estimate()

    expect(form.page.locator(".estimate .price")).to_be_in_viewport()
    assert cut_off(form.page) == []


def test_the_browser_has_nothing_to_complain_about(form: PriceForm, inputs: Inputs) -> None:
    name = next(name for name, one in inputs.items() if one["kind"] == "integer")

    form.estimate()
    form.enter(name, inputs[name]["minimum"])
    form.estimate()

    assert form.errors == []
    assert form.page.get_by_test_id("stException").count() == 0
