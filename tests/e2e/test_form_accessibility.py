"""Can everybody use the form: axe's rules for WCAG, on both screens and in each state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from harness.browser.accessibility import grave_faults
from harness.verdict.checks import does_not_apply
from tests.e2e.inputs import Inputs
from tests.e2e.page import on_both_screens
from tests.houses.cases import beyond, is_number
from tests.houses.form import PriceForm
from tests.houses.stub_api import Lie, StubApi

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = on_both_screens


@pytest.mark.check("browser.axe-fresh")
def test_axe_finds_nothing_serious_on_the_fresh_form(form: PriceForm, width: int) -> None:
    assert grave_faults(form.page) == []


@pytest.mark.check("browser.axe-entry")
def test_axe_finds_nothing_serious_with_a_list_open_and_a_number_out_of_range(
    form: PriceForm, width: int, inputs: Inputs
) -> None:
    number = next((one for one in inputs.values() if is_number(one)), None)
    choice = next((name for name, one in inputs.items() if one["kind"] == "choice"), None)
    if number is None and choice is None:
        does_not_apply("no input is a number or a choice")
    if number is not None:
        form.enter(number["name"], beyond(number, "maximum"))
    if choice is None:
        assert grave_faults(form.page) == []
    else:
        assert form.with_open_list(choice, lambda: grave_faults(form.page)) == []


@pytest.mark.check("browser.axe-result")
def test_axe_finds_nothing_serious_on_a_result(form: PriceForm, width: int) -> None:
    form.estimate()

    assert grave_faults(form.page) == []


@pytest.mark.containers
@pytest.mark.xdist_group("stub")
@pytest.mark.check("browser.axe-problem")
def test_axe_finds_nothing_serious_on_a_problem(
    form_of_stub: PriceForm, stub: StubApi, width: int
) -> None:
    stub.says({"POST /predict": Lie(body="")})
    form_of_stub.press()

    assert form_of_stub.problem()
    assert grave_faults(form_of_stub.page) == []


@pytest.mark.containers
@pytest.mark.xdist_group("stub")
@pytest.mark.check("browser.axe-no-form")
def test_axe_finds_nothing_serious_where_no_form_can_be_drawn(
    stub: StubApi, address_of_form_of_stub: str, page: Page, width: int
) -> None:
    stub.says({"GET /schema": Lie(body="")})

    PriceForm(page, address_of_form_of_stub).visit()

    expect(page.locator(".st-key-problem")).to_be_visible()

    assert grave_faults(page) == []
