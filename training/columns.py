"""Turns one column of a CSV into the values that the API takes, and describes them.

A column arrives as text. It leaves as wire values (numbers, full names of choices, true/false) with
the :class:`app.contract.Input` that says which values those may be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from app.contract import Input, Kind
from training.spec import DatasetError, InputSpec, nearest

YES = {"y", "yes", "true", "1"}
NO = {"n", "no", "false", "0"}
DTYPES = {
    Kind.NUMBER: np.dtype("float64"),
    Kind.INTEGER: np.dtype("int64"),
    Kind.YES_NO: np.dtype("bool"),
    Kind.CHOICE: np.dtype("object"),
}
MAX_CHOICES = 100
MAX_ODD = 0.05
"""Share of cells without a number up to which a column is one of numbers, with mistakes in it."""
MAX_MISSING = 0.2
"""Share of empty cells above which a guess for them would be most of what the input says."""


@dataclass
class Column:
    """One input's values, the rows to drop and what was done to the rest."""

    values: pd.Series
    contract: Input
    drop: pd.Series
    notes: list[str] = field(default_factory=list)


def read_column(file: Path, name: str, spec: InputSpec, text: pd.Series) -> Column:
    """Wire values of one input.

    Args:
        file: the ``dataset.toml``, named in errors.
        name: the input's name.
        spec: what the file says of it.
        text: shape (n,), the column as text; missing cells are NA.

    Raises:
        DatasetError: the description and the data disagree.
    """
    key = f"inputs.{name}"
    empty = text.isna()
    notes: list[str] = []
    stands = text[~empty]
    if spec.missing is not None and empty.any():
        text = text.fillna(_code(spec.missing))
        notes.append(f'{name}: {empty.sum()} empty cells read as "{_code(spec.missing)}"')
        empty = text.isna()
        if _code(spec.missing).lower() not in YES | NO:  # each spells them in its own way
            stands = text
    if empty.mean() > MAX_MISSING:
        problem = f'{empty.mean():.0%} of the cells of "{spec.column}" are empty'
        fix = 'say what an empty cell means with missing = "...", or leave the input out'
        raise DatasetError(file, f"{key}.missing", problem, fix)
    kind = spec.kind or _guess_kind(file, key, spec, stands)
    if kind.numeric:
        column = _numbers(file, key, name, spec, kind, text)
    elif kind is Kind.YES_NO:
        column = _yes_no(file, key, name, spec, text)
    else:
        column = _choices(file, key, name, spec, text)
    column.notes[:0] = notes
    if empty.any():
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


def _guess_kind(file: Path, key: str, spec: InputSpec, text: pd.Series) -> Kind:
    if spec.choices is not None:
        return Kind.CHOICE
    seen = set(text.str.lower())
    if len(seen) == 2 and seen & YES and seen & NO:
        return Kind.YES_NO
    numbers = pd.to_numeric(text, errors="coerce")
    if 0 < numbers.isna().mean() <= MAX_ODD:
        odd = text[numbers.isna()]
        problem = f'{len(odd)} cells of "{spec.column}" are no numbers, such as "{odd.iloc[0]}"'
        fix = 'correct them, or say what they are: kind = "number" drops their rows, or "choice"'
        raise DatasetError(file, f"{key}.kind", problem, fix)
    if numbers.isna().any():
        return Kind.CHOICE
    return Kind.INTEGER if (numbers % 1 == 0).all() else Kind.NUMBER


def _numbers(
    file: Path, key: str, name: str, spec: InputSpec, kind: Kind, text: pd.Series
) -> Column:
    values = pd.to_numeric(text, errors="coerce").replace([np.inf, -np.inf], np.nan)
    unreadable = text.notna() & values.isna()
    if kind is Kind.INTEGER:
        unreadable |= values.notna() & (values % 1 != 0)
    notes = _dropped(name, unreadable, f"no {kind}", text)
    good = values[~unreadable].dropna()
    if good.empty and len(text):
        problem = f'"{spec.column}" holds no {kind}, but "{text.dropna().iloc[0]}"'
        fix = "correct the kind, or leave it out: it is then taken from the data"
        raise DatasetError(file, f"{key}.kind", problem, fix)
    if good.empty or good.min() == good.max():
        problem = f'"{spec.column}" has fewer than two different numbers'
        raise DatasetError(file, key, problem, "remove the input, it says nothing")
    if kind is Kind.INTEGER and len(good) >= 30 and _counts_up(good):
        problem = f'"{spec.column}" numbers the rows: it is an identifier'
        raise DatasetError(file, f"{key}.column", problem, "list it under identifiers")
    low, high = spec.range or (float(good.min()), float(good.max()))
    outside = values.notna() & ~unreadable & ~values.between(low, high)
    if outside.any() and spec.outside == "refuse":
        problem = (
            f"{counted_rows(outside)} outside {low:g} to {high:g}"
            f" (the data goes from {good.min():g} to {good.max():g})"
        )
        raise DatasetError(file, f"{key}.range", problem, 'widen it, or set outside = "drop"')
    notes += _dropped(name, outside, f"outside {low:g} to {high:g}", text)
    step = spec.step or (1 if kind is Kind.INTEGER else float(f"1e{_magnitude(high - low) - 2}"))
    default = spec.default
    if default is None:
        median = float(good[good.between(low, high)].median())
        finest = max(6 - _magnitude(high - low), 1 - _magnitude(step))
        decimals = 0 if kind is Kind.INTEGER else max(6, finest)
        default = min(max(round(median, decimals), low), high)
    if kind is Kind.INTEGER:
        low, high, step = math.ceil(low), math.floor(high), math.ceil(step)
        if isinstance(default, float) and default.is_integer():
            default = int(default)
    contract = _input(file, key, name, spec, kind, default, minimum=low, maximum=high, step=step)
    return Column(values, contract, unreadable | outside, notes)


def _magnitude(size: float) -> int:
    """The power of ten next to ``size``, which is above 0."""
    return round(math.log10(size))


def _counts_up(values: pd.Series) -> bool:
    """Whether whole numbers are all different and without gaps, as row numbers are."""
    return bool(values.is_unique and values.max() - values.min() + 1 == len(values))


def _yes_no(file: Path, key: str, name: str, spec: InputSpec, text: pd.Series) -> Column:
    lower = text.str.lower()
    values = lower.map(lambda cell: cell in YES, na_action="ignore")
    unreadable = text.notna() & ~lower.isin(YES | NO)
    if unreadable.any() and spec.outside == "refuse":
        problem = f"{counted_rows(unreadable)} with neither yes nor no"
        raise DatasetError(file, key, problem, 'write yes/no in the CSV, or set outside = "drop"')
    notes = _dropped(name, unreadable, "neither yes nor no", text)
    default = spec.default if spec.default is not None else bool(values.dropna().mean() >= 0.5)
    contract = _input(file, key, name, spec, Kind.YES_NO, default)
    return Column(values, contract, unreadable, notes)


def _choices(file: Path, key: str, name: str, spec: InputSpec, text: pd.Series) -> Column:
    counts = text.value_counts()
    if len(counts) > MAX_CHOICES or (len(text) >= 30 and len(counts) > len(text) / 2):
        problem = f'"{spec.column}" has {len(counts)} different values: it is no choice'
        raise DatasetError(file, f"{key}.column", problem, "list it under identifiers")
    names = spec.choices or {str(code): str(code) for code in sorted(counts.index)}
    unseen = text.notna() & ~text.isin(list(names))
    if unseen.any() and spec.outside == "refuse":
        codes = ", ".join(sorted(text[unseen].unique())[:5])
        problem = f"{counted_rows(unseen)} with codes that are not listed: {codes}"
        raise DatasetError(file, f"{key}.choices", problem, 'list them, or set outside = "drop"')
    absent = [code for code in names if code not in counts.index]
    if absent:
        problem = f"no row holds {', '.join(absent)}, so nothing can be learnt about it"
        raise DatasetError(file, f"{key}.choices", problem, "remove it from the list")
    notes = _dropped(name, unseen, "a choice that is not listed", text)
    default = spec.default
    if default is None:
        default = names[str(counts[counts.index.isin(list(names))].index[0])]
    elif default not in names.values():
        fix = nearest(str(default), names.values())
        raise DatasetError(file, f"{key}.default", f'"{default}" is not one of the choices', fix)
    contract = _input(
        file, key, name, spec, Kind.CHOICE, default,
        choices=tuple(names.values()), ordered=spec.ordered,
    )  # fmt: skip
    return Column(text.map(names), contract, unseen, notes)


def _dropped(name: str, rows: pd.Series, why: str, text: pd.Series) -> list[str]:
    if not rows.any():
        return []
    return [f"{name}: {counted_rows(rows)} dropped, {why} (such as {text[rows].iloc[0]!r})"]


def counted_rows(rows: pd.Series) -> str:
    """How many are true, as in "1 row" and "2 rows"."""
    return f"{rows.sum()} row{'s' if rows.sum() != 1 else ''}"


def _input(
    file: Path,
    key: str,
    name: str,
    spec: InputSpec,
    kind: Kind,
    default: bool | int | float | str,
    **values: object,
) -> Input:
    if kind is not Kind.CHOICE and spec.choices is not None:
        raise DatasetError(file, f"{key}.choices", f"a {kind} has none", 'set kind = "choice"')
    if not kind.numeric and (spec.range is not None or spec.step is not None):
        raise DatasetError(file, f"{key}.range", f"a {kind} has no range or step", "remove it")
    if spec.monotonic and kind is Kind.CHOICE and not spec.ordered:
        fix = "set ordered = true and list them from worst to best"
        raise DatasetError(file, f"{key}.monotonic", "these choices have no order", fix)
    try:
        return Input.model_validate(
            {
                **spec.model_dump(include={"label", "help", "group", "unit", "monotonic"}),
                "name": name,
                "kind": kind,
                "default": default,
                **values,
            }
        )
    except ValueError:
        problem = f"{default!r} is no {kind} within {spec.range or 'the data'}"
        raise DatasetError(file, f"{key}.default", problem, "choose one inside") from None
