"""The form as somebody uses it who has no mouse: nothing but keys."""

from __future__ import annotations

from tests.houses.actions import ATTEMPT_TIMEOUT_MS
from tests.houses.api import Value
from tests.houses.form import BUTTON, PriceForm
from tests.houses.reading import WORDS, shows, typed

# So many presses of the Tab key pass everything on the page, wherever it starts.
_STOPS = """() => 2 + document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]").length"""

# What has the keyboard, as a person would name it.
_FOCUSED = """() => {
    const focused = document.activeElement;
    return focused.getAttribute("aria-label") || focused.innerText?.slice(0, 40) || focused.tagName;
}"""

# The choice in an open list that the Enter key would take.
_ACTIVE_OPTION = """() => {
    const id = document.activeElement.getAttribute("aria-activedescendant");
    return id ? document.getElementById(id)?.textContent ?? null : null;
}"""


class Keyboard:
    """The keyboard in front of ``form``."""

    def __init__(self, form: PriceForm) -> None:
        self._form = form
        self._page = form.page
        self._keys = form.page.keyboard

    def tab_to(self, name: str) -> None:
        """Moves on, as with the Tab key, until the control of one input has the keyboard."""
        control = f".st-key-input-{name} input"
        folded = f"e.parentElement.querySelector('[inert] {control}')"
        self._tab_until(
            f"e => e.matches('{control}')", name, unfolds=f"e => e.matches('summary') && !!{folded}"
        )

    def type(self, name: str, value: Value) -> None:
        """Enters a value into the input ``name`` and moves on; moves to it where it must."""
        form = self._form
        form.until(
            lambda: form.lacks(name, value),
            lambda: self._type(name, value),
            what=f"{name} holds {value!r}, entered with keys",
        )
        form.entered[name] = value

    def press_button(self) -> None:
        """Asks for the price and waits for the answer."""
        self._form.press(by=self._enter_on_button)

    def _enter_on_button(self) -> None:
        self._tab_until(f"e => e.matches('button') && e.innerText.trim() === '{BUTTON}'", BUTTON)
        self._keys.press("Enter")

    def _type(self, name: str, value: Value) -> None:
        self.tab_to(name)
        reading = self._form.read(name)
        if reading is None:
            return
        match value:
            case bool():
                if reading.text != WORDS[value]:
                    self._keys.press("ArrowRight")
                return
            case str():
                if reading.open:
                    self._keys.press("Escape")
                elif not shows(reading.text, value):
                    self._choose(value)
            case _:
                self._keys.press("ControlOrMeta+a")
                self._keys.type(typed(value))
        # A list shows what was chosen, and a number is taken, when the Tab key leads on.
        self._keys.press("Tab")

    def _choose(self, choice: str) -> None:
        """Types a choice and moves through the list that opens, as long as it stays open."""
        self._keys.press("ControlOrMeta+a")
        self._keys.type(choice)
        options = self._page.get_by_role("option")
        options.first.wait_for(timeout=ATTEMPT_TIMEOUT_MS)
        offered = options.first.get_attribute("aria-setsize", timeout=ATTEMPT_TIMEOUT_MS)
        # The list may start before its first choice or on it.
        for _ in range(int(offered or options.count()) + 1):
            before = self._page.evaluate(_ACTIVE_OPTION)
            if before == choice:
                self._keys.press("Enter")
                return
            self._keys.press("ArrowDown")
            self._page.wait_for_function(
                f"before => ({_ACTIVE_OPTION})() !== before",
                arg=before,
                timeout=ATTEMPT_TIMEOUT_MS,
            )

    def _tab_until(self, reached: str, what: str, unfolds: str = "e => false") -> None:
        """Raises AssertionError where the Tab key passes everything but ``what``.

        Args:
            reached: whether an element is the one.
            what: it is, for the message.
            unfolds: whether an element unfolds the group that it is in.
        """
        is_there, is_folded = (
            f"() => ({test})(document.activeElement)" for test in (reached, unfolds)
        )
        for _ in range(self._page.evaluate(_STOPS)):
            if self._page.evaluate(is_there):
                return
            if self._page.evaluate(is_folded):
                self._keys.press("Enter")
                self._page.wait_for_function(f"() => !({is_folded})()", timeout=ATTEMPT_TIMEOUT_MS)
            self._keys.press("Tab")
        last = self._page.evaluate(_FOCUSED)
        raise AssertionError(f"the Tab key does not lead to {what}; it stands on {last!r}")
