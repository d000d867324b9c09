"""What several tests look for on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.houses.form import PriceForm

if TYPE_CHECKING:
    from playwright.sync_api import Page

MESSAGE_DUE_S = 6.0
"""Until a person must have been told. It is what a person feels, on any machine."""
PHONE, DESKTOP = (390, 844), (1280, 800)  # pixels


def screen(size: tuple[int, int]) -> pytest.MarkDecorator:
    """Marks a test whose page is shown on a screen of this size."""
    width, height = size
    return pytest.mark.browser_context_args(viewport={"width": width, "height": height})


on_both_screens = pytest.mark.parametrize(
    "width",
    [
        pytest.param(PHONE[0], marks=screen(PHONE), id="phone"),
        pytest.param(DESKTOP[0], marks=screen(DESKTOP), id="desktop"),
    ],
)


def cut_off(page: Page) -> list[str]:
    """What is drawn beyond the right edge of the window: first words of its text, or its tag.

    The page itself never gets wider: Streamlit scrolls inside of it.
    """
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".stMain *")]
            .filter(drawn => drawn.checkVisibility() && drawn.getBoundingClientRect().width > 0)
            .filter(drawn => drawn.getBoundingClientRect().right > window.innerWidth + 1)
            .map(drawn => drawn.innerText?.slice(0, 30) || drawn.tagName)"""
    )
    return found


def press_at_the_edge(form: PriceForm) -> None:
    """Presses the button where a thumb first reaches it: at the lower edge of the window."""
    form.button.evaluate("button => button.scrollIntoView({block: 'end'})")
    form.press()


def assert_plain_message_in_time(form: PriceForm, headline: str) -> float:
    """Presses the button: a message must come, with no price. Returns the seconds that it took."""
    took = form.press()

    assert_plain_message(form)
    assert headline in form.problem()
    assert took < due_s(form), f"the message came {took:.1f} s after the click"
    return took


def due_s(form: PriceForm) -> float:
    """When a person must have the outcome of a click, in seconds: what a busy machine takes to show
    a price that comes at once is not the form's to save."""
    return MESSAGE_DUE_S + form.usual_s


def assert_plain_message(form: PriceForm) -> None:
    """Where a price would be is a message, and nowhere a price."""
    assert not form.shows_a_price(), "the form shows a price where none can be had"
    assert "No price was estimated." in form.problem()
    assert_no_internals(form)


def assert_no_internals(form: PriceForm) -> None:
    text = form.page.locator("body").inner_text()

    assert form.page.get_by_test_id("stException").count() == 0
    assert "Traceback" not in text
    assert "http://" not in text
    assert "$" not in text
