"""What stands in a cell for "unknown": missing where that is certain, asked about elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from training.reading.numbers import NumberFormat

ALWAYS = {"", "na", "n/a", "nan", "null", "#n/a", "<na>"}
"""In any column, in capitals or not."""
SIGNS = r"[-?.*_/\\~\u2013\u2014\u2026]+|#[A-Z0-9/]+[!?]"
"""No value of anything: dashes, question marks and the errors of spreadsheets."""
FEW = 10
"""Different numbers below which one that is far from the others says nothing."""


def without_missing(
    text: pd.Series, declared: Sequence[str] = (), written: NumberFormat | None = None
) -> pd.Series:
    """The column with NA in place of each cell that says "unknown".

    Args:
        declared: other texts and numbers that mean it; a number does however it is written.
        written: how numbers are written in the column.
    """
    written = written or NumberFormat()
    values = {value.casefold() for value in declared}
    numbers = {float(value) for value in declared if re.fullmatch(r"-?\d+(\.\d+)?", value)}
    codes, cells = pd.factorize(text)
    empty = [
        (plain := str(cell).casefold()) in ALWAYS | values or written.number(plain) in numbers
        for cell in cells
    ]
    return text.mask(np.array([*empty, False])[codes])


def sign_for_missing(text: pd.Series) -> pd.Series:
    """Which cells, shape (n,), hold nothing but signs."""
    return text.str.fullmatch(SIGNS, na=False)


def number_for_missing(values: pd.Series) -> float | None:
    """A number that stands for "unknown", such as -999 among areas or 0 among years.

    Args:
        values: shape (n,), without the missing ones.
    """
    for number in (float(values.min()), float(values.max())):
        others = values[values != number]
        if others.nunique() < FEW:
            continue
        low, high = float(others.min()), float(others.max())
        apart = max(low - number, number - high)
        nines = re.fullmatch(r"-?9{2,}\.?0*|-?9{2,}\.9+", f"{number:.10g}") is not None
        if nines and apart > high - low:
            return number
        if re.fullmatch(r"-(1|9+)", f"{number:.10g}") and low >= 0:
            return number
        if number == 0 and low > high - low:
            return number
    return None
