"""A column of numbers: its range, its step, and what in it is no number of that sort."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pandas as pd

from app.contract import Kind
from training.reading.column import Column, Source, counted_rows
from training.reading.missing import numbers_for_missing
from training.reading.numbers import how_to_write, is_other_format, looks_like

ROOM = Decimal("0.1")
"""Share of the span by which a range that is left out goes on: for a house built next year."""
SAFE = 2**53 - 1
"""The largest whole number that browsers and JSON hold without rounding."""


def numeric(source: Source, kind: Kind) -> Column:
    """Numbers, shape (n,); NaN where a cell is missing or its row is dropped."""
    spec, text = source.spec, source.text
    refuse_doubtful(source)
    values = source.numbers.read(text)
    values = values.replace([np.inf, -np.inf], np.nan)
    unreadable = text.notna() & values.isna()
    if kind is Kind.INTEGER:
        unreadable |= values.notna() & (values % 1 != 0)
    _refuse_otherwise(source, text.notna() & values.isna())
    notes = source.dropped(unreadable, f"no {kind}")
    good = values[~unreadable].dropna()
    _check(source, kind, good, values)
    low, high = spec.range or (float(good.min()), float(good.max()))
    outside = values.notna() & ~unreadable & ~values.between(low, high)
    if outside.any() and spec.outside == "refuse":
        problem = (
            f"{counted_rows(outside)} outside {low:g} to {high:g}, such as"
            f" {source.example(outside)} (the data goes from {good.min():g} to {good.max():g})"
        )
        fix = 'widen it, or set outside = "drop"'
        if numbers := numbers_for_missing(good):
            fix += f', or {source.unknown(numbers)} if that says "unknown"'
        raise source.error("range", problem, fix)
    notes += source.dropped(outside, f"outside {low:g} to {high:g}")
    step = spec.step or (1 if kind is Kind.INTEGER else _step(good, high - low))
    default = spec.default
    if default is None:
        median = float(good[good.between(low, high)].median())
        finest = max(6 - _magnitude(high - low), 1 - _magnitude(step))
        decimals = 0 if kind is Kind.INTEGER else max(6, finest)
        default = min(max(round(median, decimals), low), high)
    if spec.range is None:
        low, high = _with_room(low, high, step)
    if kind is Kind.INTEGER:
        low, high, step = math.ceil(low), math.floor(high), math.ceil(step)
        if isinstance(default, float) and default.is_integer():
            default = int(default)
    contract = source.contract(kind, default, minimum=low, maximum=high, step=step)
    return Column(values, contract, unreadable | outside, dropped_notes=notes)


def refuse_doubtful(source: Source) -> None:
    """Refuses cells that are another number in another country."""
    doubtful = source.numbers.doubtful(source.text)
    if doubtful.any():
        cell = source.numbers.without_unit(str(source.text[doubtful].iloc[0]))
        problem = (
            f"{source.example(doubtful)} is {cell}, or {cell.replace('.', '')}:"
            f" all dots of the column stand before three digits"
        )
        raise source.error("decimal", problem, how_to_write(cell))


def _check(source: Source, kind: Kind, good: pd.Series, values: pd.Series) -> None:
    spec, text = source.spec, source.text
    if good.empty and text.notna().any():
        cells = text.dropna()
        problem = f'"{spec.column}" holds no {kind}, but "{cells.iloc[0]}"'
        if what := looks_like(cells):
            raise source.error("kind", f"{problem}, {what}", how_to_write(cells.iloc[0], what))
        fix = "correct the kind, or leave it out: it is then taken from the data"
        raise source.error("kind", problem, fix)
    if good.empty or good.min() == good.max():
        problem = f'"{spec.column}" has fewer than two different numbers'
        raise source.error("", problem, "remove the input, it says nothing")
    if kind is Kind.INTEGER and (large := values.abs() > SAFE).any():
        problem = f"{source.example(large)} is too large a whole number for browsers and JSON"
        raise source.error("column", problem, "correct it, or write the column in a larger unit")
    if kind is Kind.INTEGER and len(good) >= 30 and _counts_up(good):
        problem = f'"{spec.column}" numbers the rows: it is an identifier'
        raise source.error("column", problem, "list it under identifiers")
    if spec.range is not None:
        if not good.between(*spec.range).any():
            problem = f"no cell lies in it: the data goes from {good.min():g} to {good.max():g}"
            raise source.error("range", problem, "correct it")
        return
    numbers = [number for number in numbers_for_missing(good) if number != spec.missing]
    if numbers:
        rows = values.isin(numbers)
        problem = (
            f'{source.example(rows)}, in {counted_rows(rows)}, looks like "unknown":'
            " it lies far from all others"
        )
        fix = f"set {source.unknown(numbers)}, or a range that holds it if it is a number"
        raise source.error("missing_values", problem, fix)


def _refuse_otherwise(source: Source, odd: pd.Series) -> None:
    """Refuses cells that hold a number, but in another way than the column is written."""
    text = source.text
    rows = odd & text.str.contains(r"\d", na=False)
    cells = text[rows].map(source.numbers.without_unit).unique()
    if not len(cells):
        return
    problem = f'{rows.sum()} cells of "{source.spec.column}" are no numbers as they stand, such as '
    fix = how_to_write(str(cells[0]), looks_like(cells))
    if not odd.all() and is_other_format(str(cells[0])) and has_marks(source, ~odd):
        fix = "write all of them in one way"
    raise source.error("kind", problem + source.example(rows), fix)


def has_marks(source: Source, rows: pd.Series) -> bool:
    """Whether numbers that are read as they stand have a decimal mark."""
    return bool(source.text[rows].str.contains(source.numbers.mark, regex=False, na=False).any())


def _step(values: pd.Series, span: float) -> float:
    """How finely the numbers are written: 0.5 for baths, 0.01 for acres; no finer than is clicked.

    A step is about a ten-thousandth of the span at least, and the span at most.
    """
    magnitude = _magnitude(span)
    digits = max(0, 4 - magnitude)
    scaled = np.round(values.unique() * 10.0**digits).astype("int64")
    apart = int(np.gcd.reduce(scaled - scaled.min()))
    finest = round(10.0 ** (magnitude - 4 + digits))
    return float(min(max(apart, finest) / 10.0**digits, 10.0**magnitude))


def _with_room(low: float, high: float, step: float) -> tuple[float, float]:
    """A range with a few whole steps on either side of what the data holds, one at least.

    It does not cross zero by itself.
    """
    start, end, unit = (Decimal(repr(number)) for number in (low, high, step))
    room = max(Decimal(1), (ROOM * (end - start) / unit).to_integral_value()) * unit
    lowest = max(float(start - room), 0.0 if low >= 0 else -SAFE)
    highest = min(float(end + room), 0.0 if high <= 0 else SAFE)
    return min(low, lowest), max(high, highest)


def _magnitude(size: float) -> int:
    """The power of ten next to ``size``, which is above 0."""
    return round(math.log10(size))


def _counts_up(values: pd.Series) -> bool:
    """Whether whole numbers are all different and without gaps, as row numbers are."""
    return bool(values.is_unique and values.max() - values.min() + 1 == len(values))
