"""The widgets of the form, by the keys that it gives them (``input-<name>``).

An action is done when the page shows its effect. Lists close when the page scrolls, focus moves
and widgets are drawn anew at any moment, so each action looks first, acts from whatever state it
finds, and acts again until its effect holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from harness.stack.wait import wait_until
from tests.houses.api import Value
from tests.houses.reading import READING, WORDS, Reading, shows, typed

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PAGE_TIMEOUT_S = 30.0
"""Until an action counts as one without effect. It guards against a hang and judges nothing."""
ATTEMPT_TIMEOUT_S = 2.0
"""For one step of one attempt: the page may have changed under it, and the next one looks anew."""
HELD_S = 0.05
"""For so long, the page must show an effect: what is drawn anew may bring back what was there."""
REDO_AFTER_S = 0.5
"""Until an action whose effect is not seen is done again."""

T = TypeVar("T")

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

# Whether nothing is half done: no list is open, and no number waits for its field to be left.
HALF_DONE = """() => {
    if (document.querySelector("[class*=st-key-input-] [aria-expanded=true]")) return "list";
    const instructions = "[class*=st-key-input-] [data-testid=InputInstructions]";
    return document.querySelector(instructions) ? "number" : null;
}"""


class Widgets:
    """What a person fills in on one page.

    Attributes:
        page: Playwright's page.
        entered: name of an input -> what was entered last, and must still be there.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.entered: dict[str, Value] = {}

    def widget(self, name: str) -> Locator:
        """Everything that belongs to one input: its label, its control, its help."""
        return self.page.locator(f".st-key-input-{name}")

    def control(self, name: str) -> Locator:
        """What takes the keyboard for one input: a number field, a list, or two radio buttons."""
        return self.widget(name).locator("input")

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
            act: one attempt, from whatever state the page is in. What Playwright raises in it ends
                the attempt, and stands in the message when no later one works.
            what: the effect, for the message.
            hint: for the message.

        Raises:
            NotInTimeError: with what was seen last.
        """
        from playwright.sync_api import Error

        acted, failed = -REDO_AFTER_S, ""

        def still() -> str | None:
            nonlocal acted, failed
            try:
                if (left := problem()) is None:
                    return None
                if time.monotonic() - acted >= REDO_AFTER_S:
                    failed = ""
                    act()
                    acted = time.monotonic()
                    left = problem()
            except Error as error:
                if self.page.is_closed():
                    raise
                failed = f" (last attempt: {error.message.splitlines()[0]})"
                left = left or "the page was not readable"
            return left and left + failed

        wait_until(
            still, what=what, address=self.page.url, seconds=PAGE_TIMEOUT_S, hint=hint, pause=0.05
        )

    def fill(self, house: Mapping[str, Value]) -> Self:
        """Enters a value into every widget that ``house`` names, as a person would."""
        for name, value in house.items():
            self.enter(name, value)
        return self

    def enter(self, name: str, value: Value) -> None:
        """Enters a value and leaves the widget, which then holds it."""

        def act() -> None:
            match value:
                case bool():
                    self._click_radio(name, WORDS[value])
                case str():
                    self._choose(name, value)
                case _:
                    self._type(name, typed(value))

        self.until(lambda: self.lacks(name, value), act, what=f"{name} holds {value!r}")
        self.entered[name] = value

    def lacks(self, name: str, value: Value) -> str | None:
        """Why a widget does not hold ``value``, or None when it does, and rests."""
        for held_s in (0, HELD_S):
            reading = self.read(name, held_s)
            if reading is None:
                return "it is not there, or changes"
            # A radio button takes a click at once, and keeps the keyboard.
            if not (shows(reading.text, value) and (reading.rests or isinstance(value, bool))):
                return str(reading)
        return None

    def read(self, name: str, held_s: float = 0) -> Reading | None:
        """What a widget shows; None where it is not there, or changes within ``held_s``."""
        found: dict[str, Any] | None = self.page.evaluate(READING, [name, 1000 * held_s])
        return None if found is None else Reading(**found)

    def value(self, name: str) -> str:
        """What a number field or a list holds now, or which radio button is pressed."""
        reading: Reading | None = None

        def problem() -> str | None:
            nonlocal reading
            reading = self.read(name, HELD_S)
            return None if reading is not None else "it is not there, or changes"

        self.until(problem, lambda: None, what=f"{name} can be read")
        assert reading is not None
        return reading.text

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
            size = options.first.get_attribute("aria-setsize", timeout=_ms(ATTEMPT_TIMEOUT_S))
            length = int(size or options.count())
            for _ in range(length):
                found.update(self._list().evaluate(_DRAWN_CHOICES, timeout=_ms(ATTEMPT_TIMEOUT_S)))
                if problem() is None:
                    return
                self.page.wait_for_timeout(20)  # the list draws the part that it scrolled to

        self.until(problem, act, what=f"every choice of {name} is seen")
        self.settle()
        return [found[place] for place in sorted(found)]

    def step(self, name: str, button: str, expected: float) -> None:
        """Presses one of the buttons of a number field, once, which makes it hold ``expected``."""
        reached: list[bool] = []

        def act() -> None:
            press = self.widget(name).get_by_role("button", name=button, exact=True)
            press.click(timeout=_ms(ATTEMPT_TIMEOUT_S))
            reached.append(True)

        self.until(
            lambda: None if reached else "no click reached it", act, what=f"{button} is pressed"
        )
        # The mouse leaves the keyboard where it was, and the button gives its number at once.
        self.until(
            lambda: self._other_than(name, expected),
            lambda: None,
            what=f"{name} holds {expected!r} after one click on {button}",
        )

    def until_help_says(self, name: str, words: str) -> None:
        """Points at the help of a widget until it says ``words``."""

        def problem() -> str | None:
            said = [" ".join(text.split()) for text in tips.all_inner_texts()]
            return None if said == [" ".join(words.split())] else f"the help says {said}"

        def act() -> None:
            self.page.mouse.move(0, 0)
            mark = self.widget(name).get_by_role("button", name="Help for")
            mark.hover(timeout=_ms(ATTEMPT_TIMEOUT_S))

        tips = self.page.get_by_role("tooltip")
        self.until(problem, act, what=f"the help of {name} says {words!r}")

    def settle(self) -> None:
        """Closes an open list and leaves a field whose number Streamlit has not taken yet."""
        self.until(
            lambda: (left := self.page.evaluate(HALF_DONE)) and f"a {left} is half done",
            self.leave,
            what="no list is open and every number is taken",
        )

    def lost(self) -> list[str]:
        """What was entered and is not there any more."""
        now = {name: self.read(name) for name in self.entered}
        return [
            f"{name}: {value!r} was entered, and {now[name] or 'it is not there'}"
            for name, value in self.entered.items()
            if not ((reading := now[name]) and shows(reading.text, value))
        ]

    def leave(self) -> None:
        """As a person does: Escape closes a list, Tab leaves a field."""
        if self.page.evaluate(HALF_DONE) == "list":
            self.page.keyboard.press("Escape")
        self.page.keyboard.press("Tab")

    def _other_than(self, name: str, value: Value) -> str | None:
        reading = self.read(name)
        holds = reading is not None and shows(reading.text, value)
        return None if holds else str(reading or "it is not there, or changes")

    def _leave_if_focused(self, name: str) -> Reading | None:
        reading = self.read(name)
        if reading and reading.focused:
            if reading.open:
                self.page.keyboard.press("Escape")
            self.page.keyboard.press("Tab")
            reading = self.read(name)
        return reading

    def _click_radio(self, name: str, words: str) -> None:
        self.widget(name).get_by_text(words, exact=True).click(timeout=_ms(ATTEMPT_TIMEOUT_S))

    def _type(self, name: str, number: str) -> None:
        field = self.control(name)
        field.fill(number, timeout=_ms(ATTEMPT_TIMEOUT_S))
        # Leaving the field is what makes Streamlit take the number.
        field.press("Tab", timeout=_ms(ATTEMPT_TIMEOUT_S))

    def _choose(self, name: str, choice: str) -> None:
        reading = self._leave_if_focused(name)  # only then it shows what is chosen
        if reading is None or (reading.rests and reading.text == choice):
            return
        if self._not_open(name):
            self._open(name)
        box = self.widget(name).get_by_role("combobox")
        box.fill(choice, timeout=_ms(ATTEMPT_TIMEOUT_S))  # narrows a list that draws only a part
        self._find(choice).click(timeout=_ms(ATTEMPT_TIMEOUT_S))
        self._leave_if_focused(name)

    def _find(self, choice: str) -> Locator:
        """A choice in the open list, which scrolls to it."""
        for _ in range(int(20 * ATTEMPT_TIMEOUT_S)):
            found = self._list().evaluate(_ID_OF_CHOICE, choice, timeout=_ms(ATTEMPT_TIMEOUT_S))
            if found:
                break
            self.page.wait_for_timeout(50)  # the list draws what it scrolled to
        return self.page.locator(f'[role=option][id="{found}"]')

    def _list(self) -> Locator:
        return self.page.get_by_role("listbox")

    def _open(self, name: str) -> None:
        self.widget(name).get_by_role("combobox").click(timeout=_ms(ATTEMPT_TIMEOUT_S))
        self._list().get_by_role("option").first.wait_for(timeout=_ms(ATTEMPT_TIMEOUT_S))

    def _not_open(self, name: str) -> str | None:
        reading = self.read(name)
        if reading is None or not reading.open:
            return str(reading or "it is not there, or changes")
        return None if self._list().get_by_role("option").count() else "its list is empty"


def _ms(seconds: float) -> float:
    return 1000 * seconds
