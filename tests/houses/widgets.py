"""The widgets of the form, by the keys that it gives them (``input-<name>``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from harness.stack.wait import wait_until
from tests.houses.api import Value

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PATIENCE = 15.0  # seconds until something that should appear must be there

# What an open list has drawn, by its place, and on to the part below or back to the top.
_DRAWN_CHOICES = """list => {
    const drawn = [...list.querySelectorAll("[role=option]")].map(
        (each, at) => [Number(each.ariaPosInSet ?? at + 1), each.innerText]);
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight;
    list.scrollTo(0, atEnd ? 0 : list.scrollTop + list.clientHeight);
    return drawn;
}"""


class Widgets:
    """What a person fills in on one page.

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

    def fill(self, house: Mapping[str, Value]) -> Self:
        """Enters a value into every widget that ``house`` names, as a person would."""
        for name, value in house.items():
            self.enter(name, value)
        return self

    def enter(self, name: str, value: Value) -> None:
        match value:
            case bool():
                self.widget(name).get_by_text("Yes" if value else "No", exact=True).click()
            case str():
                choices = self.widget(name).get_by_role("combobox")
                if choices.input_value() == value:
                    return  # there is nothing to type, and only typing opens the list
                # Without the click, the page may scroll while the list opens, which closes it.
                choices.click()
                choices.fill(value)  # a long list draws only a part of itself: this narrows it
                self.page.get_by_role("option", name=value, exact=True).click()
            case _:
                field = self.control(name)
                if field.input_value() == repr(value):
                    return
                field.fill(repr(value))
                field.press("Tab")  # leaving the field is what makes Streamlit take the value

    def value(self, name: str) -> str:
        """What a number field or a list holds now, or which radio button is pressed."""
        chosen = self.widget(name).get_by_role("radio", checked=True)
        if chosen.count():
            return chosen.locator("xpath=ancestor::label").inner_text()
        return self.control(name).input_value()

    def open_list(self, name: str) -> None:
        """Shows what a list offers."""
        box = self.widget(name).get_by_role("combobox")
        # Without the click, the page may scroll while the list opens, which closes it.
        box.click()
        box.press("ArrowDown")
        self.page.get_by_role("option").first.wait_for()

    def choices(self, name: str) -> list[str]:
        """All that a list offers, in order, found by scrolling through it: a long one draws only
        the part that is in view."""
        self.open_list(name)
        choices, options = self.page.get_by_role("listbox"), self.page.get_by_role("option")
        length = int(options.first.get_attribute("aria-setsize") or options.count())
        found: dict[int, str] = {}

        def problem() -> str | None:
            found.update(choices.evaluate(_DRAWN_CHOICES))
            return None if len(found) == length else f"{len(found)} of {length} were drawn"

        wait_until(
            problem, what=f"every choice of {name}", seconds=PATIENCE, hint="is it in the list?"
        )
        self.page.keyboard.press("Escape")
        choices.wait_for(state="detached")
        return [found[place] for place in sorted(found)]
