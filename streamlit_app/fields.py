"""One input of the contract becomes one widget. No input is known by name here."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import streamlit as st

from schema import Contract, Input, Value

BUTTON = "Estimate price"
COLUMNS = 2


def draw_form(contract: Contract) -> dict[str, Value] | None:
    """Draws all inputs, group by group; returns their values when the button was pressed."""
    values: dict[str, Value] = {}
    with st.form("house", border=False):
        for group in dict.fromkeys(each.group for each in contract.inputs):
            st.header(plain(group), anchor=False)
            members = [each for each in contract.inputs if each.group == group]
            for row in _rows(members):
                cells = st.columns(COLUMNS, vertical_alignment="bottom")
                for cell, one in zip(cells, row, strict=False):
                    with cell:
                        values[one.name] = draw(one)
        pressed = st.form_submit_button(BUTTON, type="primary", width="stretch")
    return values if pressed else None


def draw(one: Input) -> Value:
    """The widget for ``one`` with its value. Raises ValueError for a kind that has no widget."""
    key, caption, tip = f"input-{one.name}", plain(one.caption), plain(one.help) or None
    match one.kind:
        case "integer":
            return st.number_input(
                caption,
                min_value=math.ceil(one.minimum),
                max_value=math.floor(one.maximum),
                value=int(one.default),
                step=max(1, round(one.step)),
                format="%d",  # also keeps a year free of a thousands separator
                key=key,
                help=tip,
            )
        case "number":
            return st.number_input(
                caption,
                min_value=float(one.minimum),
                max_value=float(one.maximum),
                value=float(one.default),
                step=float(one.step),
                format="%g",  # shows what was typed; "%.2f" would hide digits that are sent
                key=key,
                help=tip,
            )
        case "choice":
            start = one.choices.index(str(one.default))
            return st.selectbox(caption, one.choices, index=start, key=key, help=tip)
        case "yes_no":
            return st.radio(
                caption,
                (True, False),
                index=0 if one.default else 1,
                format_func=yes_no,
                horizontal=True,
                key=key,
                help=tip,
            )
    raise ValueError(f"input {one.name!r}: the form has no widget for the kind {one.kind!r}")


def yes_no(value: bool) -> str:
    return "Yes" if value else "No"


def plain(text: str) -> str:
    """``text`` so that Streamlit shows it letter by letter and finds no markdown in it."""
    return re.sub(r"([\\`*_\[\]$~<]|:(?=\w))", r"\\\1", text)


def _rows(members: list[Input]) -> Iterator[list[Input]]:
    for start in range(0, len(members), COLUMNS):
        yield members[start : start + COLUMNS]
