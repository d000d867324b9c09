"""What stands in a cell for "unknown": missing where that is certain, asked about elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from training.reading.numbers import NumberFormat

ALWAYS = {"", "na", "n/a", "nan", "nat", "null", "(null)", "#n/a", "<na>", "\\n"}
"""In any column, in capitals or not."""
SIGNS = r"[-?.*_/\\~\u2013\u2014\u2026]+|#[¡!]?[A-ZÄÖÜ0/]{2,8}[!?]?"
"""No value of anything: dashes, question marks and the errors of spreadsheets."""
FEWEST, FEW = 3, 10
"""Different numbers below which another one must lie farther from them to say something."""
CODE = r"-(?:[1-9]|9{2,})"
MOST_CODES = 4
"""Different codes for "unknown" in one column, such as -8 and -9 in a survey."""


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
        str(cell).casefold() in ALWAYS | values or written.number(str(cell)) in numbers
        for cell in cells
    ]
    return text.mask(np.array([*empty, False])[codes])


def sign_for_missing(text: pd.Series) -> pd.Series:
    """Which cells, shape (n,), hold nothing but signs."""
    return text.str.fullmatch(SIGNS, na=False)


def numbers_for_missing(values: pd.Series) -> list[float]:
    """Numbers that stand for "unknown", such as -999 among areas or 0 among years.

    Args:
        values: shape (n,), without the missing ones.
    """
    codes = [number for number in values[values < 0].unique() if re.fullmatch(CODE, f"{number:g}")]
    others = values[~values.isin(codes)]
    # -1 can be the floor below the ground.
    cellar = codes == [-1] and others.min() < 1 and others.nunique() < FEW
    said = 0 < len(codes) <= MOST_CODES and others.nunique() >= FEWEST and others.min() >= 0
    if said and not cellar:
        return sorted(map(float, codes))
    for number in (float(values.min()), float(values.max())):
        others = values[values != number]
        if others.nunique() < 3:
            continue
        low, high = float(others.min()), float(others.max())
        apart = max(low - number, number - high)
        enough = (high - low) * (1 if others.nunique() >= FEW else 5)
        nines = re.fullmatch(r"-?9{2,}(\.0*|\.9+)?", f"{number:.15g}") is not None
        if (nines and apart > enough) or (number == 0 and low > high - low > 0):
            return [number]
    return []
