"""How anything is done on a page of the form: an action is done when the page shows its effect.

Lists close when the page scrolls, focus moves and widgets are drawn anew at any moment, so each
action looks first, acts from whatever state it finds, and acts again until its effect holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from harness.stack.wait import wait_until
from tests.houses.reading import READING, Reading

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PAGE_TIMEOUT_S = 30.0
"""Until an action counts as one without effect. It guards against a hang and judges nothing."""
ATTEMPT_TIMEOUT_S = 2.0
"""For one step of one attempt: the page may have changed under it, and the next one looks anew."""
ATTEMPT_TIMEOUT_MS = 1000 * ATTEMPT_TIMEOUT_S
"""The same for Playwright, which counts in milliseconds."""
REDO_INTERVAL_S = 0.5
"""Until an action whose effect is not seen is done again."""

# Whether nothing is half done: no list is open, and no number waits for its field to be left. One
# that was left empty waits for nothing, and hides the words that say so.
HALF_DONE = """() => {
    if (document.querySelector("[class*=st-key-input-] [aria-expanded=true]")) return "list";
    const instructions = "[class*=st-key-input-] [data-testid=InputInstructions]";
    const waiting = [...document.querySelectorAll(instructions)].some(e => e.checkVisibility());
    return waiting ? "number" : null;
}"""

# Whether one input is in a group that is folded.
_FOLDED = """name => !!document.querySelector(`[inert] .st-key-input-${CSS.escape(name)}`)"""


class AttemptError(Exception):
    """Why one attempt came to nothing; another may succeed."""


class Actions:
    """What a person can do with any widget of one page, by the key that the form gives it.

    Attributes:
        page: Playwright's page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def widget(self, name: str) -> Locator:
        """Everything that belongs to one input: its label, its control, its help."""
        return self.page.locator(f".st-key-input-{name}")

    def control(self, name: str) -> Locator:
        """What takes the keyboard for one input: a number field, a list, or two radio buttons."""
        return self.widget(name).locator("input")

    def group(self, name: str) -> Locator:
        """The folding group that one input is in; there is none in a short form."""
        return self.page.locator(".stExpander").filter(has=self.widget(name))

    def is_folded(self, name: str) -> bool:
        return bool(self.page.evaluate(_FOLDED, name))

    def reveal(self, name: str) -> Self:
        """Unfolds the group of one input, where it is folded."""
        self.until(
            lambda: "it is folded" if self.is_folded(name) else None,
            lambda: self._unfold(name),
            what=f"the group of {name} is unfolded",
        )
        return self

    def until(
        self,
        problem: Callable[[], str | None],
        act: Callable[[], object],
        *,
        what: str,
        hint: str = "the screenshot and the trace of the failure show the page",
    ) -> None:
        """Acts until ``problem`` returns None: whether the effect is there decides, not the act.

        Args:
            problem: looks at the page: why the effect does not hold, or None.
            act: one attempt, from whatever state the page is in. An AttemptError or what Playwright
                raises in it ends the attempt, and stands in the message when no later one works.
            what: the effect, for the message.
            hint: for the message.

        Raises:
            NotInTimeError: with what was seen last.
        """
        from playwright.sync_api import Error

        acted, failed = -REDO_INTERVAL_S, ""

        def still() -> str | None:
            nonlocal acted, failed
            try:
                if (left := problem()) is None:
                    return None
                if time.monotonic() - acted >= REDO_INTERVAL_S:
                    failed = ""
                    act()
                    acted = time.monotonic()
                    left = problem()
            except (Error, AttemptError) as error:
                if self.page.is_closed():
                    raise
                failed = f" (last attempt: {str(error).splitlines()[0]})"
                left = left or "the page was not readable"
            return left and left + failed

        wait_until(
            still, what=what, address=self.page.url, seconds=PAGE_TIMEOUT_S, hint=hint, pause=0.05
        )

    def read(self, name: str, held_s: float = 0) -> Reading | None:
        """What a widget shows; None where it is not there, or changes within ``held_s``."""
        found: dict[str, Any] | None = self.page.evaluate(READING, [name, 1000 * held_s])
        return None if found is None else Reading(**found)

    def settle(self) -> None:
        """Closes an open list and leaves a field whose number Streamlit has not taken yet."""
        self.until(
            lambda: (left := self.page.evaluate(HALF_DONE)) and f"a {left} is half done",
            self.leave,
            what="no list is open and every number is taken",
        )

    def leave(self) -> None:
        """As a person does: Escape closes a list, Tab leaves a field."""
        if self.page.evaluate(HALF_DONE) == "list":
            self.page.keyboard.press("Escape")
        self.page.keyboard.press("Tab")

    def _unfold(self, name: str) -> None:
        if self.is_folded(name):
            self.group(name).locator("summary").click(timeout=ATTEMPT_TIMEOUT_MS)
