"""Prices with intervals: conformal prediction, wider where the model has been more wrong.

Every sale gets a residual from a model that had not seen it. A forest learns the size of such
residuals (the spread); residual over spread is the score, and the score that ``coverage`` of all
sales stay below makes the interval: exp(log price +- quantile * spread) (Lei et al. 2018,
"Distribution-free predictive inference for regression", section 5.2; cross-conformal, Vovk 2015).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline

from app.contract import Contract
from training.console import bar
from training.pipeline import Candidate, build, predict_each, preprocessor
from training.scores import Predictions, conformal_rank, excess
from training.settings import Settings

FLOOR = 0.5
"""Least spread, as a share of the median residual: no interval is narrower than luck allows."""

Fold = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Crossed:
    """What models said of sales that they had not seen. All of shape (n,).

    Attributes:
        log_price: natural logarithm of the predicted price.
        spread: expected size of the residual of ``log_price``.
        scores: size of the residual over ``spread``.
    """

    log_price: np.ndarray
    spread: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class PriceModel:
    """A fitted model of prices and their intervals.

    Attributes:
        candidate: which of the models it is.
        pipeline: wire values to price.
        spread: preprocessed inputs to the expected size of the logarithm's residual.
        floor: least spread.
        quantile: how many spreads an interval reaches to either side.
    """

    contract: Contract
    candidate: Candidate
    pipeline: Pipeline
    spread: RandomForestRegressor
    floor: float
    quantile: float

    @property
    def preprocessor(self) -> ColumnTransformer:
        return self.pipeline.named_steps["preprocessor"]

    @property
    def estimator(self) -> TransformedTargetRegressor:
        return self.pipeline.named_steps["model"]

    def fit(self, *_: object) -> PriceModel:
        """Nothing: it is fitted. scikit-learn's inspection asks for the method."""
        return self

    def price(self, inputs: pd.DataFrame) -> np.ndarray:
        """Prices, shape (n,), of houses given by wire values, shape (n, inputs)."""
        return np.asarray(self.pipeline.predict(inputs))

    def predict(self, inputs: pd.DataFrame, actual: np.ndarray) -> Predictions:
        """Prices and intervals of houses whose price, ``actual``, became known."""
        columns = self.preprocessor.transform(inputs)
        price = self.estimator.predict(columns)
        spread = np.maximum(self.spread.predict(columns), self.floor)
        reach = np.exp(self.quantile * spread)
        return Predictions(actual, price, price / reach, price * reach, spread)


def cross_predict(
    contract: Contract,
    inputs: pd.DataFrame,
    price: np.ndarray,
    parts: Sequence[Fold],
    settings: Settings,
    candidate: Candidate = Candidate.BLEND,
) -> dict[Candidate, np.ndarray]:
    """Predicts each fold by models fitted to the rest.

    Args:
        contract: of the inputs.
        inputs: shape (n, inputs), wire values.
        price: shape (n,), in the currency.
        parts: (rest, fold) positions; each position is in one fold.
        settings: of the run.
        candidate: what is fitted; a blend says what its linear part alone would say, too.

    Returns:
        Prices of each candidate, shape (n,), in the currency.
    """
    told = Parallel(n_jobs=-1, return_as="generator")(
        delayed(_prices)(
            contract, inputs.iloc[rest], price[rest], inputs.iloc[fold], settings, candidate
        )
        for rest, fold in parts
    )
    crossed: dict[Candidate, np.ndarray] = {}
    for (_, fold), prices in zip(parts, bar(told, "folds", len(parts)), strict=True):
        for name, values in prices.items():
            crossed.setdefault(name, np.empty(len(price)))[fold] = values
    return crossed


def calibrate(
    contract: Contract,
    inputs: pd.DataFrame,
    price: np.ndarray,
    unseen: np.ndarray,
    parts: Sequence[Fold],
    settings: Settings,
) -> Crossed:
    """Predicts the spread of each fold from the residuals of the rest.

    Args:
        unseen: shape (n,), what :func:`cross_predict` gave; the others are its arguments.
    """
    log_price, spread = np.log(unseen), np.empty(len(price))
    residual = np.abs(np.log(price) - log_price)
    columns = preprocessor(contract).fit_transform(inputs)
    for rest, fold in parts:
        forest = _spread(settings).fit(columns[rest], residual[rest])
        spread[fold] = np.maximum(forest.predict(columns[fold]), _floor(residual[rest]))
    return Crossed(log_price, spread, residual / spread)


def quantile(scores: np.ndarray, coverage: float) -> float:
    """The score that a new one stays below with probability ``coverage`` (split conformal).

    Raises:
        ValueError: too few scores to promise that.
    """
    rank = conformal_rank(len(scores), coverage)
    if rank > len(scores):
        raise ValueError(
            f"{len(scores)} sales cannot calibrate {coverage:.0%} intervals. Fix: bring more sales"
        )
    return float(np.sort(scores)[rank - 1])


def choose(price: np.ndarray, crossed: Mapping[Candidate, np.ndarray]) -> Candidate:
    """The linear model, unless the blend errs less by more than a standard error.

    Of models that are as good the simplest one (Breiman et al. 1984, "Classification and regression
    trees", section 3.4.3), paired sale by sale.
    """
    worse, error = excess(price, crossed[Candidate.LINEAR], crossed[Candidate.BLEND])
    return Candidate.BLEND if worse > error else Candidate.LINEAR


def fit(
    contract: Contract, inputs: pd.DataFrame, price: np.ndarray, settings: Settings
) -> PriceModel:
    """Fits what is served: the model that folds of ``inputs`` choose, on all of them."""
    folds = KFold(settings.folds, shuffle=True, random_state=settings.seed)
    parts = list(folds.split(inputs))
    prices = cross_predict(contract, inputs, price, parts, settings)
    candidate = choose(price, prices)
    crossed = calibrate(contract, inputs, price, prices[candidate], parts, settings)
    pipeline = build(contract, settings, candidate).fit(inputs, price)
    residual = np.abs(np.log(price) - crossed.log_price)
    columns = pipeline.named_steps["preprocessor"].transform(inputs)
    return PriceModel(
        contract=contract,
        candidate=candidate,
        pipeline=pipeline,
        spread=_spread(settings).fit(columns, residual),
        floor=_floor(residual),
        quantile=quantile(crossed.scores, settings.coverage),
    )


def _prices(
    contract: Contract,
    inputs: pd.DataFrame,
    price: np.ndarray,
    unseen: pd.DataFrame,
    settings: Settings,
    candidate: Candidate,
) -> dict[Candidate, np.ndarray]:
    """Prices of ``unseen`` houses; runs in a process of its own."""
    model = build(contract, settings, candidate).fit(inputs, price)
    if candidate is Candidate.BLEND:
        return predict_each(model, unseen)
    return {candidate: np.asarray(model.predict(unseen))}


def _spread(settings: Settings) -> RandomForestRegressor:
    # Large leaves: it averages the luck of many sales, and never answers zero.
    return RandomForestRegressor(
        n_estimators=100, min_samples_leaf=25, max_features=0.3, random_state=settings.seed
    )


def _floor(residual: np.ndarray) -> float:
    return FLOOR * float(np.median(residual))
