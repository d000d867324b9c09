"""The form as somebody uses it who has no mouse: nothing but keys."""

from __future__ import annotations

from tests.houses.api import Value
from tests.houses.form import BUTTON, PriceForm

MOST_TABS = 20  # from one control to the next, with everything focusable between them

# The choice in an open list that the Enter key would take.
_ACTIVE_OPTION = """() => {
    const id = document.activeElement.getAttribute("aria-activedescendant");
    return id ? document.getElementById(id).innerText : null;
}"""


class Keyboard:
    """The keyboard in front of ``form``."""

    def __init__(self, form: PriceForm) -> None:
        self._form = form
        self._page = form.page
        self._keys = form.page.keyboard

    def tab_to(self, name: str) -> None:
        """Moves on, as with the Tab key, until the control of one input has the keyboard."""
        self._tab_until(f"e => !!e.closest('.st-key-input-{name}') && e.matches('input')", name)

    def tab_to_button(self) -> None:
        """Moves on until the button has the keyboard that asks for the price."""
        self._tab_until(f"e => e.matches('button') && e.innerText === '{BUTTON}'", BUTTON)

    def type(self, name: str, value: Value) -> None:
        """Enters a value into the input ``name``, which has the keyboard."""
        match value:
            case bool():
                if self._form.value(name) != ("Yes" if value else "No"):
                    self._keys.press("ArrowRight")
            case str():
                if self._form.value(name) == value:
                    return
                self._keys.press("ControlOrMeta+a")
                self._keys.type(value)
                self._page.get_by_role("option", name=value, exact=True).wait_for()
                self._arrow_down_to(value)
                self._keys.press("Enter")
            case _:
                self._keys.press("ControlOrMeta+a")
                self._keys.type(repr(value))

    def _tab_until(self, reached: str, what: str) -> None:
        for _ in range(MOST_TABS):
            self._keys.press("Tab")
            if self._page.evaluate(f"() => ({reached})(document.activeElement)"):
                return
        raise AssertionError(f"the Tab key does not lead to {what}")

    def _arrow_down_to(self, choice: str) -> None:
        """Moves through an open list, which may start before its first choice or on it."""
        for _ in range(self._page.get_by_role("option").count() + 1):
            before = self._page.evaluate(_ACTIVE_OPTION)
            if before == choice:
                return
            self._keys.press("ArrowDown")
            self._page.wait_for_function(f"before => ({_ACTIVE_OPTION})() !== before", arg=before)
        raise AssertionError(f"the arrow keys do not lead to {choice}")
