"""The lists of the form, which draw only the part of their choices that is in view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tests.houses.actions import ATTEMPT_TIMEOUT_MS, Actions, AttemptError
from tests.houses.reading import Reading

if TYPE_CHECKING:
    from playwright.sync_api import Locator

T = TypeVar("T")
DRAW_MS = 50
"""In this time a list draws the part that it scrolled to."""

# The choices that an open list has drawn, by place; it then shows its next part, or its first.
_DRAWN_CHOICES = """list => {
    const drawn = [...list.querySelectorAll("[role=option]")].map(
        (option, at) => [Number(option.ariaPosInSet ?? at + 1), option.textContent]);
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight;
    list.scrollTo(0, atEnd ? 0 : list.scrollTop + list.clientHeight);
    return drawn;
}"""

# The id of a choice in an open list; where it is not drawn, the list shows its next part.
_ID_OF_CHOICE = """(list, choice) => {
    const options = [...list.querySelectorAll("[role=option]")];
    const found = options.find(option => option.textContent === choice);
    if (found) return found.id;
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight;
    list.scrollTo(0, atEnd ? 0 : list.scrollTop + list.clientHeight);
    return null;
}"""


class Lists(Actions):
    """What a person can do with the lists of one page."""

    def open_list(self, name: str) -> None:
        """Shows what a list offers. It may close at any moment: see :meth:`with_open_list`."""
        self.until(
            lambda: self._not_open(name), lambda: self._open(name), what=f"the list of {name} opens"
        )

    def with_open_list(self, name: str, look: Callable[[], T]) -> T:
        """What ``look`` returns, from a time in which the list was open throughout."""
        found: list[T] = []

        def problem() -> str | None:
            return None if found else "it closed meanwhile"

        def act() -> None:
            self.open_list(name)
            seen = look()
            if self._not_open(name) is None:
                found.append(seen)

        self.until(problem, act, what=f"the list of {name} stays open for a look at it")
        return found[0]

    def choices(self, name: str) -> list[str]:
        """All that a list offers, in order, found by scrolling through it: a long one draws only
        the part that is in view."""
        found: dict[int, str] = {}
        length = 0

        def problem() -> str | None:
            complete = 0 < length == len(found)
            return None if complete else f"{len(found)} of {length} were drawn"

        def act() -> None:
            nonlocal length
            if self._not_open(name):
                self._open(name)
            options = self.page.get_by_role("option")
            size = options.first.get_attribute("aria-setsize", timeout=ATTEMPT_TIMEOUT_MS)
            length = int(size or options.count())
            for _ in range(length):
                found.update(self._list().evaluate(_DRAWN_CHOICES, timeout=ATTEMPT_TIMEOUT_MS))
                if problem() is None:
                    return
                self.page.wait_for_timeout(DRAW_MS)  # the list draws the part that it scrolled to

        self.until(problem, act, what=f"every choice of {name} is seen")
        self.settle()
        return [found[place] for place in sorted(found)]

    def _choose(self, name: str, choice: str) -> None:
        reading = self._leave_if_focused(name)  # it shows what is chosen only without focus
        if reading is None or (reading.rests and reading.text == choice):
            return
        if self._not_open(name):
            self._open(name)
        box = self.widget(name).get_by_role("combobox")
        box.fill(choice, timeout=ATTEMPT_TIMEOUT_MS)  # narrows a list that draws only a part
        option = self._find(choice)
        if option is None:
            box.fill("", timeout=ATTEMPT_TIMEOUT_MS)  # offers all choices again
            self.page.wait_for_timeout(DRAW_MS)  # the list draws them, for the message
            raise AttemptError(f"no choice {choice!r}; there are {self._offered()}")
        option.click(timeout=ATTEMPT_TIMEOUT_MS)
        self._leave_if_focused(name)

    def _find(self, choice: str) -> Locator | None:
        """A choice in the open list, which scrolls to it; None where the list does not offer it."""
        for _ in range(int(ATTEMPT_TIMEOUT_MS / DRAW_MS)):
            found = self._list().evaluate(_ID_OF_CHOICE, choice, timeout=ATTEMPT_TIMEOUT_MS)
            if found:
                return self.page.locator(f'[role=option][id="{found}"]')
            self.page.wait_for_timeout(DRAW_MS)  # the list draws what it scrolled to
        return None

    def _offered(self) -> list[str]:
        """The choices of an open list that are in view."""
        return [
            " ".join(text.split()) for text in self._list().get_by_role("option").all_inner_texts()
        ]

    def _list(self) -> Locator:
        return self.page.get_by_role("listbox")

    def _open(self, name: str) -> None:
        self._unfold(name)
        self.widget(name).get_by_role("combobox").click(timeout=ATTEMPT_TIMEOUT_MS)
        self._list().get_by_role("option").first.wait_for(timeout=ATTEMPT_TIMEOUT_MS)

    def _not_open(self, name: str) -> str | None:
        reading = self.read(name)
        if reading is None or not reading.open:
            return str(reading or "it is not there, or changes")
        return None if self._list().get_by_role("option").count() else "its list is empty"

    def _leave_if_focused(self, name: str) -> Reading | None:
        reading = self.read(name)
        if reading and reading.focused:
            if reading.open:
                self.page.keyboard.press("Escape")
            self.page.keyboard.press("Tab")
            reading = self.read(name)
        return reading
