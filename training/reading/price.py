"""The column of prices: what each is in the currency, and which rows have none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from training.errors import DatasetError
from training.reading.column import Cells, counted_rows, missing_values
from training.reading.missing import numbers_for_missing, without_missing
from training.reading.numbers import NumberFormat, how_to_write, looks_like
from training.spec import TargetSpec

SYMBOLS = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹", "KRW": "₩", "RUB": "₽",
    "TRY": "₺", "SEK": "kr", "NOK": "kr", "DKK": "kr", "CZK": "Kč", "PLN": "zł", "CHF": "Fr.",
    "BRL": "R$", "AUD": "$", "CAD": "$", "NZD": "$", "SGD": "$", "HKD": "$", "MXN": "$",
}  # fmt: skip
MAX_WITHOUT = 0.05
"""Share of rows without a price from which on the column, rather than a row, is what is wrong."""
FAR = 20
"""Times between a few prices and all others that make them another thing: gifts, mistakes."""
MAX_FAR = 0.1
"""Share of rows up to which they are a few."""


@dataclass(frozen=True)
class Prices:
    """Prices in the currency, shape (n,), which rows to drop, and what is to be told of them."""

    values: pd.Series
    drop: pd.Series
    notes: list[str]


def read_prices(cells: Cells, spec: TargetSpec) -> Prices:
    """The target of each sale.

    Raises:
        DatasetError: the column holds no prices, or one that must be asked about.
    """
    written = NumberFormat(
        spec.decimal, spec.thousands, (spec.currency, SYMBOLS.get(spec.currency, ""))
    )
    unknown = list(map(str, spec.missing_values or ()))
    cells = replace(cells, text=without_missing(cells.text, unknown, written))
    price = _numbers(cells, spec, written) * spec.unit
    without = ~(price > 0) | np.isinf(price)
    notes = []
    if without.any():
        notes.append(f"{spec.column}: {counted_rows(without)} dropped, no price above zero")
    good = price[~without]
    if good.nunique() == 1:
        problem = "all prices are the same"
        raise DatasetError(cells.file, "target.column", problem, "name another column")
    total = ~without & ((2 * price - good.sum()).abs() <= 1e-9 * price)
    if total.any():
        problem = f"{cells.example(total)} is the sum of all other prices"
        raise DatasetError(cells.file, "target.column", problem, "delete that line")
    outside = _outside(cells, spec, price.where(~without))
    if outside.any():
        notes.append(f"{spec.column}: {counted_rows(outside)} dropped, outside the range")
    return Prices(price, without | outside, notes)


def _numbers(cells: Cells, spec: TargetSpec, written: NumberFormat) -> pd.Series:
    """What stands in the cells, NaN in the few that hold no number."""
    text = cells.text
    if (doubtful := written.doubtful(text)).any():
        cell = written.without_unit(str(text[doubtful].iloc[0]))
        problem = f"{cells.example(doubtful)} is {cell}, or {cell.replace('.', '')}"
        raise DatasetError(cells.file, "target.decimal", problem, how_to_write(cell))
    numbers = written.read(text)
    wrong = text.notna() & numbers.isna()
    otherwise = wrong & text.str.contains(r"\d", na=False)
    without = ~(numbers > 0) | np.isinf(numbers)
    if without.mean() <= MAX_WITHOUT and not otherwise.any():
        return numbers
    problem = f'{without.sum()} of {len(text)} cells of "{spec.column}" are no price above 0'
    rows = next((rows for rows in (otherwise, wrong, without & text.notna()) if rows.any()), None)
    if rows is None:
        raise DatasetError(cells.file, "target.column", problem, "fill in those that are empty")
    what = looks_like(text[rows].unique())
    problem += f", such as {cells.example(rows)}" + (f", {what}" if what else "")
    cell = written.without_unit(str(text[rows].iloc[0]))
    fix = how_to_write(cell, None if what == "a number with a unit" else what)
    raise DatasetError(cells.file, "target.column", problem, fix)


def _outside(cells: Cells, spec: TargetSpec, price: pd.Series) -> pd.Series:
    """Which prices lie outside the range that is given."""
    if spec.range is None:
        if (far := _far(price)).any():
            near = price[price.notna() & ~far]
            problem = (
                f"{counted_rows(far)} far from all others, such as {cells.example(far)}"
                f" (the others go from {near.min():,.12g} to {near.max():,.12g})"
            )
            fix = (
                f'set range = [{near.min():.12g}, {near.max():.12g}] and outside = "drop", or a'
                " range that holds all if they are sales like the others"
            )
            raise DatasetError(cells.file, "target.range", problem, fix)
        if numbers := numbers_for_missing(price.dropna()):
            rows = price.isin(numbers)
            problem = f'{cells.example(rows)}, in {counted_rows(rows)}, looks like "unknown"'
            fix = f"set {missing_values(spec, [n / spec.unit for n in numbers])}, or a range"
            raise DatasetError(cells.file, "target.missing_values", problem, fix)
        return far
    low, high = spec.range
    outside = price.notna() & ~price.between(low, high)
    if outside.any() and spec.outside == "refuse":
        problem = f"{counted_rows(outside)} outside {low:g} to {high:g} {spec.currency}"
        problem += f", such as {cells.example(outside)}"
        raise DatasetError(cells.file, "target.range", problem, 'widen it, or set outside = "drop"')
    return outside


def _far(price: pd.Series) -> pd.Series:
    """Which prices lie below or above a gap that parts them from nearly all."""
    ordered = np.sort(price.dropna().to_numpy())
    few = max(1, int(MAX_FAR * len(ordered)))
    gaps = ordered[1:] > FAR * ordered[:-1]
    below = np.flatnonzero(gaps[:few])
    above = np.flatnonzero(gaps[-few:]) + len(gaps) - len(gaps[-few:])
    low = ordered[below.max() + 1] if below.size else ordered[0]
    high = ordered[above.min()] if above.size else ordered[-1]
    return price.notna() & ~price.between(low, high)
