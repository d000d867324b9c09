"""What a person sees when the API is away: a plain message, soon, and never a price."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from harness.stack.running import ComposeStack
from tests.e2e.page import MESSAGE_DUE_S, assert_no_internals, assert_plain_message_in_time
from tests.houses.bundle import GoldenRow
from tests.houses.form import PriceForm

pytestmark = pytest.mark.destructive


@pytest.fixture
def open_form(page: Page, breakable_stack: ComposeStack) -> PriceForm:
    """The form of a stack that may be broken, with a price in it."""
    form = PriceForm(page, breakable_stack.url("streamlit")).open()
    form.estimate()
    return form


@pytest.mark.check("browser.api-stopped")
def test_a_stopped_api_gives_a_message_and_the_form_recovers_with_what_was_entered(
    breakable_stack: ComposeStack, open_form: PriceForm, golden: list[GoldenRow]
) -> None:
    house = golden[7].inputs
    before = open_form.fill(house).estimate()
    breakable_stack.stop("fastapi")

    assert_plain_message_in_time(open_form, "cannot be reached")

    breakable_stack.start("fastapi")
    after = open_form.estimate()
    assert after.figures == before.figures == golden[7].figures
    assert after.inputs == before.inputs
    assert after.request_id != before.request_id


@pytest.mark.check("browser.opened-without-api")
def test_a_form_opened_while_the_api_is_away_says_so_and_appears_by_itself_later(
    breakable_stack: ComposeStack, page: Page
) -> None:
    form = PriceForm(page, breakable_stack.url("streamlit"))
    usual = form.visit()
    breakable_stack.stop("fastapi")

    assert form.visit() < usual + MESSAGE_DUE_S, "the message came too late"

    expect(page.locator(".st-key-problem")).to_be_visible()
    assert_no_internals(form)
    assert form.button.count() == 0

    breakable_stack.start("fastapi")

    form.until_drawn()
    assert form.estimate().price > 0
