"""The form as a page: what it asks for, how it is used, and on which screens."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from harness.verdict.checks import does_not_apply
from tests.e2e.inputs import Inputs, another_value
from tests.e2e.page import DESKTOP, cut_off, on_both_screens, press_at_the_edge, screen
from tests.houses.form import PriceForm
from tests.houses.reading import shows
from tests.houses.stub_api import Lie, StubApi


@pytest.mark.same_page
@pytest.mark.check("browser.title")
def test_the_form_shows_what_it_is_about(form: PriceForm, schema: dict[str, Any]) -> None:
    heading = form.page.get_by_role("heading", level=1)

    expect(heading).to_have_text(schema["title"])
    assert schema["title"] in form.page.title()


@pytest.mark.same_page
@pytest.mark.check("browser.labels")
def test_every_input_of_the_schema_is_there_with_its_label_and_unit(
    form: PriceForm, inputs: Inputs
) -> None:
    for name, one in inputs.items():
        label = form.reveal(name).widget(name).get_by_test_id("stWidgetLabel")
        unit = f" ({one['unit']})" if one["unit"] else ""

        expect(label).to_be_visible()
        expect(label).to_have_text(one["label"] + unit)


@pytest.mark.same_page
@pytest.mark.check("browser.order")
def test_the_inputs_are_in_the_order_and_the_groups_of_the_schema(
    form: PriceForm, inputs: Inputs
) -> None:
    shown = form.page.locator("[class*=st-key-input-]").evaluate_all(
        "all => all.map(widget => widget.className.match(/st-key-input-(\\S+)/)[1])"
    )
    groups = list(dict.fromkeys(one["group"] for one in inputs.values()))

    assert shown == list(inputs)
    assert form.groups() == groups


@pytest.mark.check("browser.defaults")
def test_a_fresh_form_holds_the_defaults_and_shows_no_price(
    form: PriceForm, inputs: Inputs
) -> None:
    held = {name: form.value(name) for name in inputs}
    defaults = {name: one["default"] for name, one in inputs.items()}

    assert [name for name in inputs if not shows(held[name], defaults[name])] == [], held

    assert not form.shows_a_price()


@pytest.mark.same_page
@pytest.mark.check("browser.help")
def test_help_is_there_for_every_input_that_has_one(form: PriceForm, inputs: Inputs) -> None:
    helped = {name: one["help"] for name, one in inputs.items() if one["help"]}

    if not helped:
        does_not_apply("no input has a help")
    for name, words in helped.items():
        form.until_help_says(name, words)


@pytest.mark.check("browser.fits")
@on_both_screens
def test_nothing_is_cut_off(form: PriceForm, inputs: Inputs, width: int) -> None:
    for name in inputs:
        box = form.reveal(name).widget(name).bounding_box()
        assert box is not None, name
        assert box["x"] >= 0, f"{name} is cut off at the left"
        assert box["x"] + box["width"] <= width, f"{name} is cut off at the right"
    assert cut_off(form.page) == [], "cut off at the right"


@pytest.mark.check("browser.price-in-view")
@on_both_screens
def test_a_price_fits_and_comes_into_view(form: PriceForm, width: int) -> None:
    press_at_the_edge(form)

    expect(form.page.locator(".estimate .price")).to_be_in_viewport(ratio=1)
    assert cut_off(form.page) == [], "cut off at the right"


@pytest.mark.containers
@pytest.mark.xdist_group("stub")
@pytest.mark.check("browser.problem-in-view")
@on_both_screens
def test_a_problem_fits_and_comes_into_view(
    form_of_stub: PriceForm, stub: StubApi, width: int
) -> None:
    stub.says({"POST /predict": Lie(body="")})
    press_at_the_edge(form_of_stub)

    expect(form_of_stub.page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    assert cut_off(form_of_stub.page) == []


@pytest.mark.check("browser.beside")
@screen(DESKTOP)
def test_the_price_is_beside_the_form_on_a_desktop(form: PriceForm) -> None:
    form.estimate()

    price, button = form.page.locator(".estimate .price"), form.button
    right, left = price.bounding_box(), button.bounding_box()
    assert right is not None
    assert left is not None
    assert right["x"] >= left["x"] + left["width"]


@pytest.mark.check("browser.no-errors")
def test_the_browser_has_nothing_to_complain_about(form: PriceForm, inputs: Inputs) -> None:
    name, one = next(iter(inputs.items()))

    form.estimate()
    form.enter(name, another_value(one))
    form.estimate()

    assert form.errors == []
    assert form.page.get_by_test_id("stException").count() == 0
