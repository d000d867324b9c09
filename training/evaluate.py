"""Scores of a recipe on sales that it has not seen: in folds, forward in time, held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from app.contract import Contract, Kind
from training.dataset import Dataset
from training.intervals import Fold, PriceModel, calibrate, cross_predict, fit, quantile
from training.pipeline import Candidate, preprocessor
from training.scores import Predictions, all_scores, coverage_bounds, excess, point_scores
from training.settings import Settings

RISK = 1e-4
"""Chance with which right intervals are called wrong."""
TIE_RISK = 0.01
"""Chance with which a model that is as good as the linear one is called worse, or one that is as
good as the median is called better."""


@dataclass(frozen=True)
class CrossValidation:
    """Scores over all sales, each predicted by a model that had not seen it.

    Attributes:
        predictions: shape (n,), in the order of the file.
        fold: shape (n,), the fold of each sale, counted from 0.
        metrics: pooled over all sales.
        folds: metric -> one value a fold.
        baselines: prices by the median and by a plain linear model in the same folds, (n,).
    """

    predictions: Predictions
    fold: np.ndarray
    metrics: dict[str, float]
    folds: dict[str, list[float]]
    baselines: dict[str, np.ndarray]


@dataclass(frozen=True)
class ForwardValidation:
    """Scores of the latest sales, by a model of the earlier ones.

    Attributes:
        later: positions of the latest sales in the dataset.
        predictions: one for each of ``later``.
    """

    later: np.ndarray
    predictions: Predictions

    @property
    def metrics(self) -> dict[str, float]:
        return all_scores(self.predictions)

    def missed_coverage(self, learnt: int, coverage: float) -> float | None:
        """The share of prices inside their interval, if chance does not explain that it is so low.

        Args:
            learnt: how many earlier sales there are.
            coverage: that was promised.
        """
        inside = int(self.predictions.inside.sum())
        least, _ = coverage_bounds(learnt, len(self.later), coverage, RISK)
        return None if inside >= least else inside / len(self.later)


def cross_validate(dataset: Dataset, settings: Settings, candidate: Candidate) -> CrossValidation:
    """The score that compares with published ones: KFold(shuffle, random_state) in file order."""
    folds = KFold(settings.folds, shuffle=True, random_state=settings.seed)
    parts = list(folds.split(dataset.inputs))
    data = (dataset.contract, dataset.inputs, dataset.price)
    unseen = cross_predict(*data, parts, settings, candidate)[candidate]
    crossed = calibrate(*data, unseen, parts, settings)
    lower, upper = np.empty(len(dataset.price)), np.empty(len(dataset.price))
    number = np.empty(len(dataset.price), dtype=int)
    for index, (rest, fold) in enumerate(parts):
        reach = quantile(crossed.scores[rest], settings.coverage) * crossed.spread[fold]
        lower[fold] = np.exp(crossed.log_price[fold] - reach)
        upper[fold] = np.exp(crossed.log_price[fold] + reach)
        number[fold] = index
    price = np.exp(crossed.log_price)
    predictions = Predictions(dataset.price, price, lower, upper, crossed.spread)
    by_fold = [all_scores(predictions.where(fold)) for _, fold in parts]
    return CrossValidation(
        predictions,
        number,
        all_scores(predictions),
        {name: [scores[name] for scores in by_fold] for name in by_fold[0]},
        _baselines(dataset, parts),
    )


def forward(dataset: Dataset, settings: Settings) -> ForwardValidation | None:
    """Predicts the latest sales by a model of the earlier ones; None without dates."""
    later = dataset.later
    if later is None:
        return None
    model = fit(dataset.contract, dataset.inputs[~later], dataset.price[~later], settings)
    predictions = model.predict(dataset.inputs[later], dataset.price[later])
    return ForwardValidation(np.flatnonzero(later), predictions)


def split(dataset: Dataset, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the sales that the served model learns from, and of those held out from it."""
    sales = len(dataset.price)
    held_out = min(settings.holdout, int(settings.holdout_share * sales))
    order = np.random.default_rng(settings.seed).permutation(sales)
    return np.sort(order[held_out:]), np.sort(order[:held_out])


def _baselines(dataset: Dataset, parts: Sequence[Fold]) -> dict[str, np.ndarray]:
    """Prices of each fold, by simple models of the rest."""
    inputs, price = dataset.inputs, dataset.price
    simple: dict[str, BaseEstimator] = {
        "median": DummyRegressor(strategy="median"),
        "linear": TransformedTargetRegressor(
            # Scaled: what is measured in millionths counts as much as what is in millions.
            make_pipeline(preprocessor(dataset.contract), StandardScaler(), Ridge()),
            func=np.log,
            inverse_func=np.exp,
        ),
    }
    unseen = {name: np.empty(len(price)) for name in simple}
    for name, model in simple.items():
        for rest, fold in parts:
            fitted = model.fit(inputs.iloc[rest], price[rest])
            unseen[name][fold] = fitted.predict(inputs.iloc[fold])
    return unseen


def importance(model: PriceModel, inputs: pd.DataFrame, price: np.ndarray) -> pd.DataFrame:
    """By how much the RMSLE of unseen sales rises when one input is shuffled: a row an input."""

    def minus_rmsle(estimator: PriceModel, houses: pd.DataFrame, actual: np.ndarray) -> float:
        return -point_scores(actual, estimator.price(houses))["rmsle"]

    result = permutation_importance(
        model, inputs, price, scoring=minus_rmsle, n_repeats=5, random_state=0
    )
    labels = [field.label for field in model.contract.inputs]
    return pd.DataFrame({"mean": result.importances_mean, "std": result.importances_std}, labels)


def segment(dataset: Dataset) -> pd.Series | None:
    """The input by which errors are also shown: what the dataset names, else the first choice."""
    name = dataset.spec.segment or next(iter(_choices(dataset.contract)), None)
    return None if name is None else dataset.inputs[name]


def _choices(contract: Contract) -> list[str]:
    return [
        field.name for field in contract.inputs if field.kind is Kind.CHOICE and not field.ordered
    ]


def why_refused(
    crossed: CrossValidation, held_out: Predictions, learnt: int, settings: Settings
) -> str | None:
    """Why the model must not be served, naming the figure and its bound; None if it may be.

    Args:
        crossed: what its folds say of all sales.
        held_out: what the model itself says of the held-out sales.
        learnt: how many sales the served model learnt from.
        settings: of the run.
    """
    actual, price = crossed.predictions.actual, crossed.predictions.price
    found = crossed.metrics["rmsle"]
    chance = float(norm.ppf(1 - TIE_RISK))  # in standard errors
    for name, simple in crossed.baselines.items():
        bound = point_scores(actual, simple)["rmsle"]
        worse, error = excess(actual, price, simple)
        # As good as the linear one is good enough: no model of yes/no alone can be better.
        refused = worse > chance * error if name == "linear" else worse >= -chance * error
        if refused:
            return (
                f"RMSLE {found:.4f} over {settings.folds} folds is no better than the {name} "
                f"baseline's {bound:.4f}, beyond chance. Fix: leave out a --set that learns less "
                "(rounds, trees); or the inputs do not explain the price: bring better ones or "
                "more sales."
            )
    count, inside = len(held_out.actual), int(held_out.inside.sum())
    least, most_inside = coverage_bounds(learnt, count, settings.coverage, RISK)
    if not least <= inside <= most_inside:
        return (
            f"{inside} of {count} held-out prices lie in their interval; {least} to {most_inside} "
            f"would for {settings.coverage:.0%}. Fix: look for sales that are unlike each other."
        )
    return None
