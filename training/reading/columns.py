"""Turns one column of a CSV into the values that the API takes, and describes them.

A column arrives as text. It leaves as wire values (numbers, full names of choices, true/false) with
the :class:`app.contract.Input` that says which values those may be.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from app.contract import Kind
from training.errors import DatasetError
from training.reading.choices import choices
from training.reading.column import Column, Source
from training.reading.missing import sign_for_missing, without_missing
from training.reading.numbers import how_to_write, is_other_format, looks_like
from training.reading.numeric import has_marks, numeric
from training.reading.yes_no import NO, YES, is_yes_no, yes_no

DTYPES = {
    Kind.NUMBER: np.dtype("float64"),
    Kind.INTEGER: np.dtype("int64"),
    Kind.YES_NO: np.dtype("bool"),
    Kind.CHOICE: np.dtype("object"),
}
MAX_ODD = 0.2
"""Share of cells without a number up to which a column is one of numbers, with mistakes in it."""
MANY = 20
"""Different numbers from which on a column with words in it is no list of choices."""
MAX_MISSING = 0.2
"""Share of empty cells above which a guess for them would be most of what the input says."""


def read_column(source: Source) -> Column:
    """Wire values of one input.

    Raises:
        DatasetError: the description and the data disagree, or a cell can mean several things.
    """
    spec, name = source.spec, source.name
    unknown = [_code(value) for value in spec.missing_values or ()]
    text = without_missing(source.text, unknown, source.numbers)
    empty = text.isna()
    notes: list[str] = []
    stands = text[~empty]
    if spec.missing is not None and empty.any():
        code = _code(spec.missing)
        if isinstance(spec.missing, float):
            code = code.replace(".", source.numbers.mark)
        text = text.fillna(code)
        notes.append(f'{name}: {empty.sum()} empty cells read as "{code}"')
        empty = text.isna()
        if code.lower() not in YES | NO:  # each spells them in its own way
            stands = text
    source = source.with_text(text)
    _refuse_signs(source)
    if empty.mean() > MAX_MISSING:
        problem = f'{empty.mean():.1%} of the cells of "{spec.column}" are empty'
        fix = 'say what an empty cell means with missing = "...", or leave the input out'
        raise source.error("missing", f"{problem} (at most {MAX_MISSING:.0%} may be)", fix)
    kind = spec.kind or _guess_kind(source, stands)
    if kind.numeric:
        column = numeric(source, kind)
    elif kind is Kind.YES_NO:
        column = yes_no(source)
    else:
        column = choices(source)
    column.notes[:0] = notes
    if empty.any():
        column.repaired = empty
        column.values = column.values.where(~empty, column.contract.default)
        column.notes.append(
            f"{name}: {empty.sum()} empty cells repaired with {column.contract.default!r}"
        )
    column.values = column.values[~column.drop].astype(DTYPES[kind])
    return column


def _code(value: bool | int | float | str) -> str:
    """A value of the TOML file as the text that stands in the CSV."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _refuse_signs(source: Source) -> None:
    """Refuses cells of signs alone, unless they are listed as choices."""
    signs = sign_for_missing(source.text) & ~source.text.isin(list(source.spec.choices or ()))
    if signs.any():
        problem = f'{source.example(signs)} says nothing: does it mean "unknown"?'
        fix = f"set {source.unknown(source.text[signs].unique())}, or list it under choices"
        raise source.error("missing_values", problem, fix)


def _guess_kind(source: Source, text: pd.Series) -> Kind:
    spec = source.spec
    if spec.choices is not None:
        return Kind.CHOICE
    if is_yes_no(text, None if spec.missing is None else _code(spec.missing)):
        return Kind.YES_NO
    codes = text.str.fullmatch(r"0\d+")
    if codes.any() and text.str.fullmatch(r"\d+").all():
        return Kind.CHOICE  # as a number it would lose its zeros
    numbers = source.numbers.read(text)
    odd = numbers.isna()
    if not odd.any() and codes.any():
        rows = (~text.str.fullmatch(r"\d+")).reindex(source.text.index, fill_value=False)
        problem = f"{source.example(rows)} is no code, beside {text[codes].iloc[0]}"
        fix = "write all as codes in the CSV (a spreadsheet may have made numbers of them)"
        raise source.error("column", problem, fix)
    if not odd.any():
        return Kind.INTEGER if (numbers % 1 == 0).all() else Kind.NUMBER
    cells = text[odd].unique()
    if (
        odd.mean() <= MAX_ODD
        or numbers.nunique() > MANY
        or ((spec.range or spec.step) and not odd.all())
        or _written_otherwise(source, cells)
    ):
        raise _not_all_numbers(source, odd, cells)
    return Kind.CHOICE


def _not_all_numbers(source: Source, odd: pd.Series, cells: np.ndarray) -> DatasetError:
    rows = odd.reindex(source.text.index, fill_value=False)
    problem = f'{odd.sum()} cells of "{source.spec.column}" are no numbers, such as '
    problem += source.example(rows)
    what = looks_like(cells)
    cell = source.numbers.without_unit(str(cells[0]))
    fix = how_to_write(cell, what)
    if is_other_format(cell) and has_marks(source, ~rows):
        fix = "write all numbers in one way"
    if what is None and not is_other_format(cell):
        fix = (
            f"correct them, or say what they are: {source.unknown([cells[0]])}, "
            'kind = "number" drops their rows, or "choice"'
        )
    return source.error("kind", problem + (f", {what}" if what else ""), fix)


def _written_otherwise(source: Source, cells: np.ndarray) -> bool:
    """Whether these are numbers in another way than the column is said to be written."""
    if len(cells) > MANY and looks_like(cells) is not None:
        return True
    plain = [source.numbers.without_unit(str(cell)) for cell in cells]
    return sum(is_other_format(cell) for cell in plain) > len(cells) / 2
