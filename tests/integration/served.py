"""What the API answers for the held-out sales, and how far from what was paid that is."""

from __future__ import annotations

import numpy as np

from tests.houses.api import PriceApi
from tests.houses.bundle import GoldenRow

RISK = 1e-4
"""Chance with which what is right is called wrong."""
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


class Served:
    """What the API answers for the held-out sales, and what was paid. All of shape (n,)."""

    def __init__(self, api: PriceApi, golden: list[GoldenRow]) -> None:
        answers = api.predict_many([row.inputs for row in golden])
        self.price = np.array([answer.price for answer in answers])
        self.lower = np.array([answer.lower for answer in answers])
        self.upper = np.array([answer.upper for answer in answers])
        self.actual = np.array([row.actual for row in golden])
        self.coverage = answers[0].coverage

    @property
    def inside(self) -> int:
        return int(np.sum((self.lower <= self.actual) & (self.actual <= self.upper)))

    def scores(self) -> dict[str, float]:
        """The figures that training logs, by the names that it gives them."""
        error = self.price - self.actual
        return {
            "rmsle": rmsle(self.price, self.actual),
            "mae": float(np.abs(error).mean()),
            "mape": float((np.abs(error) / self.actual).mean()),
            "r2": float(1 - (error**2).sum() / ((self.actual - self.actual.mean()) ** 2).sum()),
            "coverage": self.inside / len(self.actual),
            "width": float(((self.upper - self.lower) / self.price).mean()),
        }


def rmsle(price: Floats, actual: Floats) -> float:
    """Root mean square error of the logarithm of the price."""
    return float(np.sqrt(np.mean(np.log(price / actual) ** 2)))


def tenths(widths: Floats) -> float:
    """How many times as wide as the narrowest tenth the widest one begins to be."""
    narrow, wide = np.percentile(widths, [10, 90])
    return float(wide / narrow)
