"""Refuses inputs that were computed from the price.

A model that is given the price in disguise looks perfect in training and is worthless on a house
whose price nobody knows yet. The classic is a "price per square foot" column.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from training.spec import DatasetError

TOO_GOOD = 0.995
"""Share of the price's variance that no one or two honest inputs explain by themselves."""


def check_leaks(file: Path, inputs: pd.DataFrame, price: np.ndarray) -> None:
    """Looks whether one numeric input, or two together, give the price by arithmetic.

    Sums and differences show in a linear fit of the price, products and quotients in a linear fit
    of its logarithm.

    Args:
        file: the ``dataset.toml``, named in errors.
        inputs: shape (n, inputs), wire values.
        price: shape (n,), above zero.

    Raises:
        DatasetError: naming the inputs.
    """
    numbers = inputs.select_dtypes("number").astype(float)
    for size in (1, 2):
        for names in combinations(numbers.columns, size):
            columns = numbers[list(names)].to_numpy()
            explained = _explained(columns, price)
            if (columns > 0).all():
                explained = max(explained, _explained(np.log(columns), np.log(price)))
            if explained > TOO_GOOD:
                problem = f"{' and '.join(names)} alone explain {explained:.1%} of the price"
                fix = "remove what was computed from the price"
                raise DatasetError(file, f"inputs.{names[-1]}", problem, fix)


def _explained(columns: np.ndarray, target: np.ndarray) -> float:
    """R2 of a least-squares fit with an intercept."""
    design = np.column_stack([np.ones(len(columns)), columns])
    coefficients, *_ = np.linalg.lstsq(design, target, rcond=None)
    residual = target - design @ coefficients
    return float(1 - residual.var() / target.var())
