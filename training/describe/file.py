"""How the cells of a file are written, as far as they say so themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from training.describe.draft import Draft
from training.errors import DatasetError
from training.reading.csv_file import CsvFile, read_csv_file
from training.reading.missing import sign_for_missing, without_missing
from training.reading.numbers import NumberFormat

PLAIN = NumberFormat()
FORMATS = (
    PLAIN, NumberFormat(thousands=","), NumberFormat(decimal=","),
    NumberFormat(decimal=",", thousands="."), NumberFormat(thousands=" "),
    NumberFormat(decimal=",", thousands=" "), NumberFormat(thousands="'"),
)  # fmt: skip


def read_file(csv: Path, draft: Draft) -> CsvFile:
    """The file, read as its own mistakes say that it should be."""
    keys: dict[str, Any] = {}
    while True:
        try:
            file = read_csv_file(csv, **keys)
        except DatasetError as error:
            said = re.search(rf'{error.key} = "?([^"]+)', error.fix)
            if error.key not in ("encoding", "separator", "heading_line") or error.key in keys:
                raise
            if said is None:
                raise
            keys[error.key] = int(said[1]) if said[1].isdigit() else said[1].replace("\\t", "\t")
            draft.why[error.key] = error.problem[:1].upper() + error.problem[1:] + "."
        else:
            draft.top |= keys
            return file


def guess_missing(draft: Draft, columns: dict[str, pd.Series]) -> None:
    """Which cells say "unknown" in the whole file."""
    signs = {cell for text in columns.values() for cell in text[sign_for_missing(text)].unique()}
    if signs:
        draft.top["missing_values"] = sorted(signs)
        draft.why["missing_values"] = 'Cells of signs alone are taken for "unknown".'


def format_keys(text: pd.Series) -> tuple[dict[str, Any], str]:
    """How the numbers of a column are written, as keys of its table, and what that makes of one."""
    form = format_of(text)
    if form in (None, PLAIN):
        return {}, ""
    cell = next(cell for cell in text if PLAIN.number(cell) != form.number(cell) and cell)
    marks = {"decimal": form.decimal, "thousands": form.thousands}
    told = f'"{cell}" is read as {form.number(cell):.12g}.'
    return {key: mark for key, mark in marks.items() if mark is not None}, told


def format_of(text: pd.Series) -> NumberFormat | None:
    """The first way of writing in which all cells are numbers, None if there is none.

    A cell such as 1,460 or 349.000 is a number in several ways: these say nothing.
    """
    cells = without_missing(text.mask(sign_for_missing(text))).dropna()
    if cells.empty:
        return None
    fitting = [form for form in FORMATS if not form.read(cells).isna().any()]
    return fitting[0] if fitting else None
