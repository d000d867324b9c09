"""``predictions.csv`` of a run: every price that a model gave to a sale that it had not seen.

Whatever a run says of its errors is computed again from these rows, without code of the pipeline.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Prediction:
    """One line.

    Attributes:
        split: cv, forward or holdout.
        row: of the dataset's CSV; 1 is below its heading.
        fold: counted from 0; None outside of cv.
        spread: expected size of the residual of the logarithm of the price.
    """

    split: str
    row: int
    fold: int | None
    actual: float
    price: float
    lower: float
    upper: float
    spread: float

    @property
    def inside(self) -> bool:
        return self.lower <= self.actual <= self.upper

    @property
    def model(self) -> str:
        """Which model gave it: that of a fold, of the earlier sales, or the served one."""
        return self.split if self.fold is None else f"fold {self.fold}"

    @property
    def residual(self) -> float:
        return math.log(self.actual / self.price)


class Predictions(tuple[Prediction, ...]):
    """Some lines of the file, in its order."""

    __slots__ = ()

    @classmethod
    def read(cls, content: bytes) -> Predictions:
        lines = csv.DictReader(io.StringIO(content.decode()))
        return cls(
            Prediction(
                split=line["split"],
                row=int(line["row"]),
                fold=int(line["fold"]) if line["fold"] else None,
                **{
                    name: float(line[name])
                    for name in ("actual", "price", "lower", "upper", "spread")
                },
            )
            for line in lines
        )

    def of(self, split: str) -> Predictions:
        return self.where(lambda line: line.split == split)

    def in_fold(self, fold: int) -> Predictions:
        return self.where(lambda line: line.fold == fold)

    def where(self, wanted: Callable[[Prediction], bool]) -> Predictions:
        return Predictions(filter(wanted, self))

    def by_model(self) -> dict[str, Predictions]:
        names = sorted({line.model for line in self})
        return {name: Predictions(line for line in self if line.model == name) for name in names}

    @property
    def rows(self) -> list[int]:
        return [line.row for line in self]

    @property
    def folds(self) -> list[int]:
        return sorted({line.fold for line in self if line.fold is not None})

    def column(self, name: str) -> Floats:
        return np.array([getattr(line, name) for line in self], dtype=np.float64)

    def scores(self) -> dict[str, float]:
        """RMSLE, MAE, MAPE, R2, coverage and width, as training names them."""
        actual, price = self.column("actual"), self.column("price")
        width = (self.column("upper") - self.column("lower")) / price
        coverage = float(np.mean(self.column("inside")))
        return {**point_scores(actual, price), "coverage": coverage, "width": float(width.mean())}


def point_scores(actual: Floats, price: Floats) -> dict[str, float]:
    """The scores that need no interval."""
    error = price - actual
    return {
        "rmsle": float(np.sqrt(np.mean(np.log(price / actual) ** 2))),
        "mae": float(np.abs(error).mean()),
        "mape": float((np.abs(error) / actual).mean()),
        "r2": float(1 - (error**2).sum() / ((actual - actual.mean()) ** 2).sum()),
    }


def conformal_quantile(scores: Iterable[float], coverage: float) -> float:
    """The score that a new one stays below with probability ``coverage`` (split conformal)."""
    ranked = sorted(scores)
    return ranked[math.ceil((len(ranked) + 1) * coverage) - 1]
