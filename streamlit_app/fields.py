"""One input of the contract becomes one widget. No input is known by name here."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TypedDict

import streamlit as st

from schema import ChoiceInput, Contract, Input, NumberInput, YesNoInput
from strict import Value

BUTTON = "Estimate price"
COLUMNS = 2
LONG = 20
"""Inputs from which on groups fold, and the button stays in view: it would be screens away."""
LARGEST_EXACT_INTEGER = 2**53 - 1  # of JavaScript
SCRIPTS = "".join(
    f"<script>{Path(__file__).with_name(name).read_text(encoding='utf-8')}</script>"
    for name in ("steps.js", "missing.js")
)


class Common(TypedDict):
    """What all widgets are given."""

    label: str
    key: str
    help: str | None


def draw_form(contract: Contract) -> dict[str, Value] | None:
    """Draws all inputs, group by group; returns their values when the button was pressed."""
    values: dict[str, Value] = {}
    long = len(contract.inputs) >= LONG
    groups = list(dict.fromkeys(question.group for question in contract.inputs))
    with st.container(key=f"{'long' if long else 'short'}-form"), st.form("house", border=False):
        for group in groups:
            members = [question for question in contract.inputs if question.group == group]
            with _group(group, folds=long and len(groups) > 1, unfolded=group == groups[0]):
                for row in _rows(members):
                    cells = st.columns(COLUMNS, vertical_alignment="bottom")
                    for cell, question in zip(cells, row, strict=False):
                        with cell:
                            values[question.name] = draw(question)
        pressed = st.form_submit_button(BUTTON, type="primary", width="stretch")
    st.html(SCRIPTS, unsafe_allow_javascript=True)
    return values if pressed else None


def _group(title: str, *, folds: bool, unfolded: bool) -> AbstractContextManager[object]:
    """Where the inputs of a group are drawn, below its title."""
    if folds:
        return st.expander(plain(title), expanded=unfolded)
    st.header(plain(title), anchor=False)
    return nullcontext()


def draw(question: Input) -> Value:
    """The widget for ``question``, and what it holds."""
    common = Common(
        label=plain(question.caption),
        key=f"input-{question.name}",
        help=plain(question.help) or None,
    )
    match question:
        case NumberInput():
            return _draw_number(question, common)
        case ChoiceInput():
            start = question.choices.index(question.default)
            return st.selectbox(options=question.choices, index=start, **common)
        case YesNoInput():
            start = 0 if question.default else 1
            return st.radio(
                options=(True, False), index=start, format_func=yes_no, horizontal=True, **common
            )


def _draw_number(question: NumberInput, common: Common) -> int | float:
    """A whole number stays one, as far as a browser can tell it from the next one."""
    exact = max(abs(question.minimum), abs(question.maximum)) <= LARGEST_EXACT_INTEGER
    if question.kind == "integer" and exact:
        return st.number_input(
            min_value=math.ceil(question.minimum),
            max_value=math.floor(question.maximum),
            value=int(question.default),
            step=max(1, round(question.step)),
            format="%d",  # also keeps a year free of a thousands separator
            **common,
        )
    value = st.number_input(
        min_value=question.minimum,
        max_value=question.maximum,
        value=question.default,
        step=question.step,
        # All digits that are sent, which "%.8f" would cut off or pad. Below 1e-6 it writes 2e-8.
        format="%g",
        **common,
    )
    return int(value) if question.kind == "integer" else value


def yes_no(value: bool) -> str:
    return "Yes" if value else "No"


def plain(text: str) -> str:
    """``text`` so that Streamlit shows it letter by letter and finds no markdown in it."""
    return re.sub(r"([\\`*_\[\]$~<]|:(?=\w))", r"\\\1", text)


def _rows(members: list[Input]) -> Iterator[list[Input]]:
    for start in range(0, len(members), COLUMNS):
        yield members[start : start + COLUMNS]
