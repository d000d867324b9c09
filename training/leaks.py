"""Refuses inputs that were computed from the price.

A model that is given the price in disguise looks perfect in training and is worthless on a house
whose price nobody knows yet. The classic is a "price per square foot" column.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from training.errors import DatasetError

TOO_GOOD = 0.995
"""Share of the price's variance that no few honest inputs explain by themselves."""
FEW = 3
WRONG = 0.02
"""Share of rows in which a formula may be wrong and still gives the price away."""
MIN_WHOLE = 50
MIN_POSITIVE = 0.9
"""Share of rows above zero from which on logarithms are tried; the others are left out."""


def check_leaks(
    file: Path, inputs: pd.DataFrame, price: np.ndarray, repaired: np.ndarray | None = None
) -> None:
    """Looks whether one, two or three numeric inputs give the price by arithmetic.

    Sums and differences show in a linear fit of the price, products and quotients in a linear fit
    of its logarithm.

    Args:
        file: the ``dataset.toml``, named in errors.
        inputs: shape (n, inputs), wire values.
        price: shape (n,), above zero.
        repaired: shape (n,), rows in which a cell was empty: left out where enough remain.

    Raises:
        DatasetError: naming the inputs.
    """
    numbers = inputs.select_dtypes("number").astype(float)
    if repaired is not None and (~repaired).sum() >= MIN_WHOLE:
        numbers, price = numbers[~repaired], price[~repaired]
    for name in numbers:
        both = pd.DataFrame({"number": numbers[name], "price": price}).dropna()
        ranks = both.rank()  # by hand: corr("spearman") takes scipy, and that a second to import
        if abs(ranks["number"].corr(ranks["price"])) > TOO_GOOD:
            problem = f"{name} alone orders the sales as the price does"
            fix = "remove what was computed from the price"
            raise DatasetError(file, f"inputs.{name}", problem, fix)
    often = [name for name in numbers if (numbers[name] > 0).mean() > MIN_POSITIVE]
    positive = (numbers[often] > 0).all(axis="columns").to_numpy()
    logarithms = pd.DataFrame(np.log(numbers.loc[positive, often]))
    tried = [(numbers, price), (logarithms, np.log(price[positive]))]
    if len(price) <= 2 * len(numbers.columns):  # all of them together explain anything
        tried = [
            (columns[list(pair)], target)
            for columns, target in tried
            for pair in combinations(columns.columns, min(2, len(columns.columns)))
        ]
    for columns, target in tried:
        names, explained = _fewest(columns, target)
        if names and explained > TOO_GOOD and len(names) <= FEW:
            verb = "explains" if len(names) == 1 else "explain"
            told = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
            problem = f"{told} alone {verb} {explained:.1%} of the price"
            fix = "remove what was computed from the price"
            raise DatasetError(file, f"inputs.{names[-1]}", problem, fix)


def _fewest(columns: pd.DataFrame, target: np.ndarray) -> tuple[list[str], float]:
    """The fewest columns that explain too much, and how much; all of them if these do not."""
    names = [str(name) for name in columns if columns[name].nunique() > 1]
    if not names or len(target) <= 2 * len(names):
        return [], 0.0
    explained = _explained(columns[names].to_numpy(), target)
    while explained > TOO_GOOD and len(names) > 1:
        without = {
            name: _explained(
                columns[[other for other in names if other != name]].to_numpy(), target
            )
            for name in names
        }
        least = max(without, key=lambda name: without[name])
        if without[least] <= TOO_GOOD:
            break
        names.remove(least)
        explained = without[least]
    return names, explained


def _explained(columns: np.ndarray, target: np.ndarray) -> float:
    """Adjusted R2 of a least-squares fit with an intercept, without the rows that fit worst."""
    design = np.column_stack([np.ones(len(columns)), columns / np.abs(columns).max(axis=0)])
    kept = np.ones(len(target), dtype=bool)
    for _ in range(3):
        coefficients, *_ = np.linalg.lstsq(design[kept], target[kept], rcond=None)
        residual = np.abs(target - design @ coefficients)
        kept = residual <= np.quantile(residual, 1 - WRONG)
    unexplained = (target - design @ coefficients)[kept].var() / target[kept].var()
    rows, inputs = int(kept.sum()), columns.shape[1]
    return float(1 - unexplained * (rows - 1) / (rows - inputs - 1))
