"""What a widget of the form shows, read in one moment."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tests.houses.api import Value

WORDS = {True: "Yes", False: "No"}

# What one widget shows: None where it is not there, or changes within so many milliseconds.
READING = """async ([name, held]) => {
    const read = () => {
        const widget = document.querySelector(`.st-key-input-${CSS.escape(name)}`);
        const control = widget && widget.querySelector("input");
        if (!control) return null;
        const radios = [...widget.querySelectorAll("input[type=radio]")];
        const chosen = radios.find(radio => radio.checked);
        return {
            text: radios.length ? chosen?.closest("label").textContent.trim() ?? "" : control.value,
            open: control.getAttribute("aria-expanded") === "true",
            focused: widget.contains(document.activeElement),
            pending: !!widget.querySelector("[data-testid=InputInstructions]"),
        };
    };
    const before = read();
    if (!held) return before;
    await new Promise(done => setTimeout(done, held));
    return JSON.stringify(before) === JSON.stringify(read()) ? before : null;
}"""


class Reading(NamedTuple):
    """What a widget shows.

    Attributes:
        text: in a number field or a list, or the words of the chosen radio button.
        open: its list is.
        focused: it has the keyboard.
        pending: it holds a number that Streamlit takes when the field is left.
    """

    text: str
    open: bool
    focused: bool
    pending: bool

    @property
    def rests(self) -> bool:
        """Whether the text is what Streamlit has: a list that has the keyboard shows what is typed,
        even after it closed."""
        return not (self.open or self.focused or self.pending)

    def __str__(self) -> str:
        states = [name for name in ("open", "focused", "pending") if getattr(self, name)]
        return f"it shows {self.text!r}" + (f" ({', '.join(states)})" if states else "")


def typed(value: float) -> str:
    """A number as a person types it: 0.00000001, where Python writes 1e-08."""
    return f"{Decimal(repr(value)):f}"


def shows(text: str, value: Value) -> bool:
    """Whether a widget with this text has this value. Numbers are numbers: 2 is 2.0."""
    match value:
        case bool():
            return text == WORDS[value]
        case str():
            return text == value
    try:
        return Decimal(text) == Decimal(repr(value))
    except ArithmeticError:
        return False
