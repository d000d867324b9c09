"""The column of prices: what each is in the currency, and which rows have none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from training.errors import DatasetError
from training.reading.column import counted_rows
from training.reading.missing import without_missing
from training.reading.numbers import NumberFormat, how_to_write, is_other_format, looks_like
from training.spec import TargetSpec

MAX_WITHOUT = 0.05
"""Share of rows without a price from which on the column, rather than a row, is what is wrong."""
FAR = 20
"""Times between a few prices and all others that make them another thing: gifts, mistakes, streets."""
MAX_FAR = 0.02
"""Share of rows up to which they are a few."""


def read_price(
    file: Path, spec: TargetSpec, text: pd.Series, lines: pd.Series
) -> tuple[pd.Series, pd.Series, list[str]]:
    """The prices in the currency, shape (n,), which rows to drop, and what is to be told.

    Raises:
        DatasetError: the column holds no prices, or one that must be asked about.
    """
    column, notes = spec.column, list[str]()

    def example(rows: pd.Series) -> str:
        return f'"{text[rows].iloc[0]}" on line {lines[rows].iloc[0]}'

    form = NumberFormat(spec.decimal, spec.thousands, spec.currency)
    text = without_missing(text, list(map(str, spec.missing_values or ())), form)
    if (doubtful := form.doubtful(text)).any():
        cell = str(text[doubtful].iloc[0])
        problem = f"{example(doubtful)} is {cell}, or {cell.replace('.', '')}"
        raise DatasetError(file, "target.decimal", problem, how_to_write(cell))
    numbers = form.read(text)
    unreadable = text.notna() & numbers.isna()
    otherwise = unreadable & text.map(is_other_format, na_action="ignore").eq(True)
    without = ~(numbers > 0) | np.isinf(numbers)
    if without.mean() > MAX_WITHOUT or otherwise.any():
        rows = otherwise if otherwise.any() else unreadable if unreadable.any() else without
        cells = text[rows].dropna().unique()
        what = looks_like(cells) if len(cells) else None
        problem = f'{without.sum()} of {len(text)} cells of "{column}" are no price above 0'
        if len(cells):
            problem += f", such as {example(rows & text.notna())}" + (f", {what}" if what else "")
        fix = how_to_write(str(cells[0]), what) if len(cells) else "fill them in"
        raise DatasetError(file, "target.column", problem, fix)
    if without.any():
        notes.append(f"{column}: {counted_rows(without)} dropped, no price above zero")
    price = numbers * spec.unit
    good = price[~without]
    if good.nunique() == 1:
        raise DatasetError(
            file, "target.column", "all prices are the same", "name another column"
        )
    sums = (price - (good.sum() - price)).abs() <= 1e-9 * price
    if (~without & sums).any():
        problem = f"{example(~without & sums)} is the sum of all other prices"
        raise DatasetError(file, "target.column", problem, "delete that line")
    low, high = spec.range or (0.0, np.inf)
    outside = ~without & ~price.between(low, high)
    if outside.any() and spec.outside == "refuse":
        problem = f"{counted_rows(outside)} outside {low:g} to {high:g}, such as {example(outside)}"
        fix = 'widen it, or set outside = "drop"'
        raise DatasetError(file, "target.range", problem, fix)
    if outside.any():
        notes.append(f"{column}: {counted_rows(outside)} dropped, outside {low:g} to {high:g}")
    far = ~without & _far(price, good)
    if spec.range is None and far.any():
        near = price[~without & ~far]
        problem = (
            f"{counted_rows(far)} far from all others, such as {example(far)}"
            f" (the others go from {near.min():,.12g} to {near.max():,.12g})"
        )
        fix = (
            f'set range = [{near.min():.12g}, {near.max():.12g}] and outside = "drop", or a range'
            " that holds all if they are sales like the others"
        )
        raise DatasetError(file, "target.range", problem, fix)
    return price, without | outside, notes


def _far(price: pd.Series, good: pd.Series) -> pd.Series:
    """Which prices lie below or above a gap that parts them from nearly all."""
    ordered = np.sort(good.to_numpy())
    few = max(1, int(MAX_FAR * len(ordered)))
    gaps = ordered[1:] > FAR * ordered[:-1]
    below = np.flatnonzero(gaps[:few])
    above = np.flatnonzero(gaps[-few:]) + len(gaps) - len(gaps[-few:])
    low = ordered[below.max() + 1] if below.size else ordered[0]
    high = ordered[above.min()] if above.size else ordered[-1]
    return ~price.between(low, high)
