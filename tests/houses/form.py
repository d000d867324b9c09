"""The form as a person uses it: a page object over Playwright.

It knows an answer from the one before it by its request id, so that it never reads what a previous
click showed. It clicks again only where the page shows that a click was not taken.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from harness.browser.drops import Drops
from harness.errors import NotInTimeError
from harness.stack.wait import wait_until
from tests.houses.actions import ATTEMPT_TIMEOUT_MS, HALF_DONE, PAGE_TIMEOUT_S
from tests.houses.click import WATCH, Seen
from tests.houses.shown import Shown, read_result
from tests.houses.widgets import Widgets

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

BUTTON = "Estimate price"
PROBLEM = ".st-key-problem"

_DRAWN = """() => {
    const widgets = [...document.querySelectorAll("[class*=st-key-input-]")];
    return widgets.length > 0 && widgets.every(widget => widget.querySelector("input"));
}"""

_SHOWN = f"() => !!document.querySelector('{PROBLEM}') || ({_DRAWN})()"


class PriceForm(Widgets):
    """One browser page with the form in it.

    Attributes:
        usual_s: seconds that the last price took to be shown; 0 while none was.
    """

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page)
        self.address, self.usual_s = address, 0.0
        page.set_default_timeout(PAGE_TIMEOUT_S * 1000)

    def open(self) -> Self:
        """Loads the page and waits until the form is drawn."""
        self.visit()
        self.until_drawn()
        return self

    def at_hand(self) -> Self:
        """As it is, when it is open already and can be filled in; else like :meth:`open`."""
        there = self.page.url.startswith(self.address)
        return self if there and self.page.evaluate(_DRAWN) else self.open()

    def visit(self) -> float:
        """Loads the page and waits until it shows the whole form, or why there is none.

        Returns:
            The seconds that it took.
        """
        self.entered.clear()
        with Drops(self.page) as drops:
            begun = time.monotonic()
            drops.goto(self.address)

            def missing() -> str | None:
                if drops.seen:
                    drops.goto(self.address)
                return None if self.page.evaluate(_SHOWN) else f"the page says {self._says()}"

            wait_until(
                missing,
                what="the whole form, or a message in its place",
                address=self.address,
                seconds=PAGE_TIMEOUT_S,
                hint="the log of the form's service",
            )
            return time.monotonic() - begun

    @property
    def errors(self) -> list[str]:
        """What this page wrote to the browser's console as an error, and uncaught exceptions."""
        said = self.page.console_messages(filter="since-navigation")
        errors = [message for message in said if message.type == "error"]
        thrown = self.page.page_errors(filter="since-navigation")
        return [f"{error.text} ({error.location.get('url', '')})" for error in errors] + [
            str(error) for error in thrown
        ]

    def until_drawn(self) -> None:
        """Waits until every widget can be used: the page loads their code when it needs it."""

        def problem() -> str | None:
            if not self.button.count():
                return f"there is no button; the page says {self._says()}"
            if not self.page.evaluate(_DRAWN):
                return "a widget is not drawn yet"
            return self._busy()

        self.until(problem, _nothing, what="the form is drawn")

    def groups(self) -> list[str]:
        """The titles of the groups, in order: headings, or what unfolds them in a long form."""
        form = self.page.get_by_test_id("stForm")
        titles = form.get_by_role("heading", level=2).or_(form.locator("summary p"))
        return titles.all_inner_texts()

    @property
    def button(self) -> Locator:
        return self.page.get_by_role("button", name=BUTTON, exact=True)

    def estimate(self) -> Shown:
        """Presses the button and returns the price that this click gave.

        Raises:
            AssertionError: the form shows a problem instead.
        """
        took = self.press()
        if self.page.locator(PROBLEM).count():
            raise AssertionError(f"no price, but: {self.problem()}")
        self.usual_s = took
        return self.shown()

    def press(self, by: Callable[[], None] | None = None) -> float:
        """Presses the button and waits for its answer, be it a price or a problem.

        Args:
            by: presses it in another way than with the mouse.

        Returns:
            The seconds from the click to its answer, by the page's own clock.

        Raises:
            AssertionError: the page took the click and gave no answer.
            NotInTimeError: no click reached the button.
        """
        return self.wait_for_answer(self.click(by), by)

    def click(self, by: Callable[[], None] | None = None) -> str:
        """Presses the button, once: an attempt is followed by another while none reached it.

        Returns:
            The id of what the page showed before, for :meth:`wait_for_answer`.
        """
        self.until(self._not_ready, self._make_ready, what="the form can be sent")
        if lost := self.lost():
            raise AssertionError(f"the form lost what was entered: {'; '.join(lost)}")
        before = self.seen()

        def problem() -> str | None:
            seen = self.seen()
            return None if seen.clicks > before.clicks else f"no click reached it: {seen}"

        def with_mouse() -> None:
            self.button.click(timeout=ATTEMPT_TIMEOUT_MS)

        self.until(problem, by or with_mouse, what=f"the button {BUTTON!r} is pressed")
        return before.answer

    def wait_for_answer(self, before: str, by: Callable[[], None] | None = None) -> float:
        """Waits for an answer other than ``before``. Returns the seconds since the click.

        Raises:
            AssertionError: there is none; it says what is shown instead, a traceback at once.
        """

        def problem() -> str | None:
            seen = self.seen()
            if seen.answer not in ("", before) and seen.idle:
                return None
            if seen.lost and seen.idle:
                self.click(by)
            if seen.ran and seen.idle and self.page.get_by_test_id("stException").count():
                raise AssertionError(f"the form shows a traceback: {seen}")
            return str(seen)

        try:
            wait_until(problem, what="an answer", seconds=PAGE_TIMEOUT_S, hint="", pause=0.05)
        except NotInTimeError:
            shows = "a price of an earlier click" if self.shows_a_price() else "no new answer"
            raise AssertionError(
                f"{PAGE_TIMEOUT_S:g} s after a click that reached its button, the form shows "
                f"{shows}: {self.seen()}"
            ) from None
        return self.seen().seconds

    def problem(self) -> str:
        """The plain message that stands where a price would."""
        return self.page.locator(PROBLEM).inner_text()

    def shows_a_price(self) -> bool:
        return bool(self.page.locator(".st-key-result, [data-price]").count())

    def shown(self) -> Shown:
        """The price that stands there now."""
        return read_result(self.page)

    def _not_ready(self) -> str | None:
        half_done: str | None = self.page.evaluate(HALF_DONE)
        return f"a {half_done} is half done" if half_done else self._busy()

    def _make_ready(self) -> None:
        if self.page.evaluate(HALF_DONE):
            self.leave()

    def _busy(self) -> str | None:
        """Why a click would be lost: the script runs, or the page has lost its server."""
        seen = self.seen()
        return None if seen.idle else f"the page is busy: {seen}"

    def seen(self) -> Seen:
        """What the page saw of clicks since it was loaded."""
        return Seen(**self.page.evaluate(WATCH, BUTTON))

    def _says(self) -> str:
        return repr(self.page.locator("body").inner_text()[:300])


def _nothing() -> None:
    """There is nothing to do but to wait."""
