"""How wrong predictions are, in the terms of the field."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import betabinom

COLUMNS = ["sales", "rmsle", "mae", "mape", "r2", "coverage", "width"]
SMALLEST_SEGMENT = 5
"""Sales below which a segment's figures would be an anecdote."""


@dataclass(frozen=True)
class Predictions:
    """Prices that a model gave to sales it had not seen. All of shape (n,).

    Attributes:
        actual: what was paid, in the currency, as are ``price``, ``lower`` and ``upper``.
        spread: expected size of the residual of the logarithm of the price.
    """

    actual: np.ndarray
    price: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    spread: np.ndarray

    def where(self, rows: np.ndarray) -> Predictions:
        return Predictions(*(values[rows] for values in vars(self).values()))

    @property
    def inside(self) -> np.ndarray:
        return (self.lower <= self.actual) & (self.actual <= self.upper)


def point_scores(actual: np.ndarray, price: np.ndarray) -> dict[str, float]:
    """RMSLE (of natural logarithms), MAE (currency), MAPE (share) and R2."""
    error = price - actual
    return {
        "rmsle": float(np.sqrt(np.mean(np.log(price / actual) ** 2))),
        "mae": float(np.mean(np.abs(error))),
        "mape": float(np.mean(np.abs(error) / actual)),
        "r2": float(1 - np.sum(error**2) / np.sum((actual - actual.mean()) ** 2)),
    }


def excess(actual: np.ndarray, one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """By how much ``one`` errs more than ``other``, sale by sale. All of shape (n,), currency.

    Returns:
        Mean of the difference of their squared errors of the logarithm, and its standard error.
    """
    difference = np.log(one / actual) ** 2 - np.log(other / actual) ** 2
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(difference)))


def all_scores(predictions: Predictions) -> dict[str, float]:
    """The point scores, the share of prices inside their interval, its mean width / price."""
    return {
        **point_scores(predictions.actual, predictions.price),
        "coverage": float(predictions.inside.mean()),
        "width": float(np.mean((predictions.upper - predictions.lower) / predictions.price)),
    }


def by_segment(predictions: Predictions, segment: pd.Series) -> pd.DataFrame:
    """The scores of each segment with enough sales: one row a segment, most sales first."""
    rows = {}
    for name, positions in segment.reset_index(drop=True).groupby(segment.to_numpy()):
        if len(positions) >= SMALLEST_SEGMENT:
            chosen = predictions.where(positions.index.to_numpy())
            rows[str(name)] = {"sales": len(positions), **all_scores(chosen)}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)
    table.index.name = segment.name
    return table.sort_values("sales", ascending=False)


def conformal_rank(calibrated: int, coverage: float) -> int:
    """Which of ``calibrated`` scores, from the smallest, a new one stays below that often."""
    return math.ceil((calibrated + 1) * coverage)


def coverage_bounds(calibrated: int, tested: int, coverage: float, risk: float) -> tuple[int, int]:
    """How many of ``tested`` prices may lie inside intervals that are right.

    A split-conformal interval calibrated on ``calibrated`` sales covers a beta-binomial number of
    new ones (Vovk 2012, "Conditional validity of inductive conformal predictors").

    Returns:
        Least and most, each missed by chance with probability ``risk`` / 2.
    """
    rank = conformal_rank(calibrated, coverage)
    inside = betabinom(tested, rank, calibrated + 1 - rank)
    return int(inside.ppf(risk / 2)), int(inside.ppf(1 - risk / 2))
