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


def guess_format(draft: Draft, columns: dict[str, pd.Series]) -> None:
    """How numbers and unknown cells are written in the whole file."""
    signs = {cell for text in columns.values() for cell in text[sign_for_missing(text)].unique()}
    if signs:
        draft.top["missing_values"] = sorted(signs)
        draft.why["missing_values"] = 'Cells of signs alone are taken for "unknown".'
    votes = [form for text in columns.values() if (form := format_of(text)) not in (None, PLAIN)]
    if votes:
        usual = max(votes, key=votes.count)
        name = next(name for name, text in columns.items() if format_of(text) == usual)
        cell = next(cell for cell in columns[name] if _marked(cell))
        told = f'"{cell}" of {name} is read as {usual.number(cell):.12g}.'
        for key in ("decimal", "thousands"):
            if (mark := getattr(usual, key)) is not None:
                draft.top[key] = mark
                draft.why[key] = told


def _marked(cell: str) -> bool:
    """Whether this is a number with a mark in it."""
    return re.fullmatch(r"[+-]?\d+[.,' ]\d.*", cell) is not None and FORMATS[0].number(
        cell
    ) != FORMATS[0].number(cell)


def format_of(text: pd.Series) -> NumberFormat | None:
    """The first way of writing in which all cells are numbers, None if there is none.

    A cell such as 1,460 or 349.000 is a number in several ways: these say nothing.
    """
    cells = without_missing(text.mask(sign_for_missing(text))).dropna()
    if cells.empty:
        return None
    fitting = [form for form in FORMATS if not form.read(cells).isna().any()]
    return fitting[0] if fitting else None
