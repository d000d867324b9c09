"""Can everybody use the form: axe's rules for WCAG, on both screens and in each state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from harness.browser.accessibility import grave_faults
from tests.e2e.page import on_both_screens
from tests.houses.form import PriceForm
from tests.houses.stub_api import Impostor, Lie

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = on_both_screens


@pytest.mark.check("browser.axe-fresh")
def test_axe_finds_nothing_serious_on_the_fresh_form(form: PriceForm, width: int) -> None:
    assert grave_faults(form.page) == []


@pytest.mark.check("browser.axe-entry")
def test_axe_finds_nothing_serious_with_a_list_open_and_a_number_out_of_range(
    form: PriceForm, width: int, inputs: dict[str, dict[str, Any]]
) -> None:
    number = next(name for name, one in inputs.items() if one["kind"] == "integer")
    choice = next(name for name, one in inputs.items() if one["kind"] == "choice")
    form.enter(number, inputs[number]["maximum"] + 1)
    form.open_list(choice)

    assert grave_faults(form.page) == []


@pytest.mark.check("browser.axe-result")
def test_axe_finds_nothing_serious_on_a_result(form: PriceForm, width: int) -> None:
    form.estimate()

    assert grave_faults(form.page) == []


@pytest.mark.containers
@pytest.mark.xdist_group("deceived")
@pytest.mark.check("browser.axe-problem")
def test_axe_finds_nothing_serious_on_a_problem(
    deceived_form: PriceForm, impostor: Impostor, width: int
) -> None:
    impostor.says({"POST /predict": Lie(body="")})
    deceived_form.press()

    assert deceived_form.problem()
    assert grave_faults(deceived_form.page) == []


@pytest.mark.containers
@pytest.mark.xdist_group("deceived")
@pytest.mark.check("browser.axe-no-form")
def test_axe_finds_nothing_serious_where_no_form_can_be_drawn(
    impostor: Impostor, deceived_address: str, page: Page, width: int
) -> None:
    impostor.says({"GET /schema": Lie(body="")})

    PriceForm(page, deceived_address).visit()

    expect(page.locator(".st-key-problem")).to_be_visible()

    assert grave_faults(page) == []
