"""The widgets of the form, by the keys that it gives them (``input-<name>``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from tests.houses.actions import ATTEMPT_TIMEOUT_MS
from tests.houses.api import Value
from tests.houses.lists import Lists
from tests.houses.reading import WORDS, Reading, shows, typed

if TYPE_CHECKING:
    from playwright.sync_api import Page

HELD_S = 0.05
"""For so long, the page must show an effect: what is drawn anew may bring back what was there."""


class Widgets(Lists):
    """What a person fills in on one page.

    Attributes:
        entered: name of an input -> what was entered last, and must still be there.
    """

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.entered: dict[str, Value] = {}

    def fill(self, house: Mapping[str, Value]) -> Self:
        """Enters a value into every widget that ``house`` names, as a person would."""
        for name, value in house.items():
            self.enter(name, value)
        return self

    def enter(self, name: str, value: Value) -> None:
        """Enters a value and leaves the widget, which then holds it."""

        def act() -> None:
            self._unfold(name)
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

    def step(self, name: str, button: str, expected: float) -> None:
        """Presses one of the buttons of a number field, once, which makes it hold ``expected``."""
        reached: list[bool] = []

        def act() -> None:
            self._unfold(name)
            press = self.widget(name).get_by_role("button", name=button, exact=True)
            press.click(timeout=ATTEMPT_TIMEOUT_MS)
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
            self._unfold(name)
            self.page.mouse.move(0, 0)
            mark = self.widget(name).get_by_role("button", name="Help for")
            mark.hover(timeout=ATTEMPT_TIMEOUT_MS)

        tips = self.page.get_by_role("tooltip")
        self.until(problem, act, what=f"the help of {name} says {words!r}")

    def lost(self) -> list[str]:
        """What was entered and is not there any more."""
        now = {name: self.read(name) for name in self.entered}
        return [
            f"{name}: {value!r} was entered, and {now[name] or 'it is not there'}"
            for name, value in self.entered.items()
            if not ((reading := now[name]) and shows(reading.text, value))
        ]

    def _other_than(self, name: str, value: Value) -> str | None:
        reading = self.read(name)
        holds = reading is not None and shows(reading.text, value)
        return None if holds else str(reading or "it is not there, or changes")

    def _click_radio(self, name: str, words: str) -> None:
        self.widget(name).get_by_text(words, exact=True).click(timeout=ATTEMPT_TIMEOUT_MS)

    def _type(self, name: str, number: str) -> None:
        field = self.control(name)
        field.fill(number, timeout=ATTEMPT_TIMEOUT_MS)
        # Leaving the field is what makes Streamlit take the number.
        field.press("Tab", timeout=ATTEMPT_TIMEOUT_MS)
