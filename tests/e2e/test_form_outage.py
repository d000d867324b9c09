"""What a person sees when the API is away: a plain message, soon, and never a price."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from harness.bundle import GoldenRow
from harness.form import PriceForm
from harness.stack import ComposeStack

pytestmark = pytest.mark.destructive

PATIENCE = 6.0  # seconds until a person must have been told


@pytest.fixture
def open_form(page: Page, breakable_stack: ComposeStack) -> PriceForm:
    """The form of a stack that may be broken, with a price in it."""
    form = PriceForm(page, breakable_stack.ui).open()
    form.estimate()
    return form


def assert_plain_message_in_time(form: PriceForm) -> None:
    begun = time.monotonic()
    form.press()
    took = time.monotonic() - begun

    assert not form.shows_a_price()
    assert "No price was estimated." in form.problem()
    assert took < PATIENCE
    assert_no_internals(form)


def assert_no_internals(form: PriceForm) -> None:
    text = form.page.locator("body").inner_text()

    assert form.page.get_by_test_id("stException").count() == 0
    assert "Traceback" not in text
    assert "http://" not in text
    assert "$" not in text


def test_a_stopped_api_gives_a_message_and_no_price(
    breakable_stack: ComposeStack, open_form: PriceForm
) -> None:
    breakable_stack.stop("fastapi")

    assert_plain_message_in_time(open_form)
    assert "cannot be reached" in open_form.problem()


def test_an_api_that_does_not_answer_gives_a_message_and_no_price(
    breakable_stack: ComposeStack, open_form: PriceForm
) -> None:
    breakable_stack.pause("fastapi")

    assert_plain_message_in_time(open_form)
    assert "too long" in open_form.problem()


def test_the_form_recovers_without_a_reload_and_keeps_what_was_entered(
    breakable_stack: ComposeStack, open_form: PriceForm, golden: list[GoldenRow]
) -> None:
    house = golden[7].inputs
    before = open_form.fill(house).estimate()
    breakable_stack.stop("fastapi")
    open_form.press()
    breakable_stack.start("fastapi")

    after = open_form.estimate()

    assert after.figures == before.figures == golden[7].figures
    assert after.inputs == before.inputs
    assert after.request_id != before.request_id


def test_a_form_opened_while_the_api_is_away_says_so_and_appears_by_itself_later(
    breakable_stack: ComposeStack, page: Page
) -> None:
    breakable_stack.stop("fastapi")
    form = PriceForm(page, breakable_stack.ui)
    page.goto(form.address)
    expect(page.locator(".st-key-problem")).to_be_visible(timeout=PATIENCE * 1000)
    assert_no_internals(form)
    assert form.button.count() == 0

    breakable_stack.start("fastapi")

    form.until_drawn()
    assert form.estimate().price > 0
