"""Scores of a recipe on sales that it has not seen: in folds, forward in time, held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from app.contract import Contract, Kind
from training.dataset import Dataset
from training.intervals import PriceModel, cross_predict, fit, quantile
from training.pipeline import preprocessor
from training.scores import Predictions, all_scores, coverage_bounds, point_scores
from training.settings import Settings

RISK = 1e-4
"""Chance with which right intervals are called wrong."""
TIE_RISK = 0.01
"""Chance with which a model that is as good as the linear one is called worse."""


class QualityError(Exception):
    """The trained model is not fit to serve; says which figure missed which bound."""


@dataclass(frozen=True)
class CrossValidation:
    """Scores over all sales, each predicted by a model that had not seen it.

    Attributes:
        predictions: shape (n,), in the order of the file.
        fold: shape (n,), the fold of each sale, counted from 0.
        metrics: pooled over all sales.
        folds: metric -> one value a fold.
    """

    predictions: Predictions
    fold: np.ndarray
    metrics: dict[str, float]
    folds: dict[str, list[float]]


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


def cross_validate(dataset: Dataset, settings: Settings) -> CrossValidation:
    """The score that compares with published ones: KFold(shuffle, random_state) in file order."""
    folds = KFold(settings.folds, shuffle=True, random_state=settings.seed)
    parts = list(folds.split(dataset.inputs))
    crossed = cross_predict(dataset.contract, dataset.inputs, dataset.price, parts, settings)
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


def baselines(dataset: Dataset, learnt: np.ndarray, held_out: np.ndarray) -> dict[str, np.ndarray]:
    """Prices of the held-out sales, shape (n,), by the median and by a plain linear model."""
    inputs, price = dataset.inputs, dataset.price
    simple = {
        "median": DummyRegressor(strategy="median"),
        "linear": TransformedTargetRegressor(
            # Scaled: what is measured in millionths counts as much as what is in millions.
            make_pipeline(preprocessor(dataset.contract), StandardScaler(), Ridge()),
            func=np.log,
            inverse_func=np.exp,
        ),
    }
    return {
        name: np.asarray(
            model.fit(inputs.iloc[learnt], price[learnt]).predict(inputs.iloc[held_out])
        )
        for name, model in simple.items()
    }


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
    held_out: Predictions, simple: dict[str, np.ndarray], learnt: int, settings: Settings
) -> str | None:
    """Why the model must not be served, naming the figure and its bound; None if it may be.

    Args:
        held_out: what the model says of the held-out sales.
        simple: what :func:`baselines` say of them.
        learnt: how many sales the served model learnt from.
        settings: of the run.
    """
    found = point_scores(held_out.actual, held_out.price)["rmsle"]
    for name, prices in simple.items():
        bound = point_scores(held_out.actual, prices)["rmsle"]
        if not found < bound and (name == "median" or _beats(prices, held_out)):
            return (
                f"RMSLE {found:.4f} on held-out sales is no better than the {name} baseline's "
                f"{bound:.4f}. Fix: leave out a --set that learns less (rounds, trees); or the "
                "inputs do not explain the price: bring better ones or more sales."
            )
    count, inside = len(held_out.actual), int(held_out.inside.sum())
    least, most = coverage_bounds(learnt, count, settings.coverage, RISK)
    if not least <= inside <= most:
        return (
            f"{inside} of {count} held-out prices lie in their interval; {least} to {most} "
            f"would for {settings.coverage:.0%}. Fix: look for sales that are unlike each other."
        )
    return None


def _beats(prices: np.ndarray, model: Predictions) -> bool:
    """Whether a linear model's ``prices`` are better beyond chance.

    Where each input is a yes/no, or there is only one choice, no model can be better than a linear
    one: which of the two errs less on these sales is then a toss of a coin.
    """
    excess = np.log(model.price / model.actual) ** 2 - np.log(prices / model.actual) ** 2
    chance = float(norm.ppf(1 - TIE_RISK)) * float(excess.std(ddof=1)) / np.sqrt(len(excess))
    return bool(excess.mean() > chance)
