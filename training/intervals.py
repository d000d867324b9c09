"""Thin first version."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline

from app.contract import Contract
from training.pipeline import build
from training.scores import Predictions
from training.settings import Settings


@dataclass
class Crossed:
    log_price: np.ndarray
    spread: np.ndarray
    scores: np.ndarray


def cross_predict(contract, inputs, price, parts, settings) -> Crossed:
    log_price = np.empty(len(price))
    for rest, fold in parts:
        log_price[fold] = np.log(build(contract, settings).fit(inputs.iloc[rest], price[rest]).predict(inputs.iloc[fold]))
    return Crossed(log_price, np.ones(len(price)), np.abs(np.log(price) - log_price))


def quantile(scores, coverage):
    n = len(scores)
    return float(np.sort(scores)[min(n, int(np.ceil((n + 1) * coverage))) - 1])


@dataclass
class PriceModel:
    contract: Contract
    pipeline: Pipeline
    quantile: float

    @property
    def preprocessor(self): return self.pipeline.named_steps["preprocessor"]

    @property
    def estimator(self): return self.pipeline.named_steps["model"]

    def fit(self, *args): return self

    def price(self, inputs): return self.pipeline.predict(inputs)

    def predict(self, inputs: pd.DataFrame, actual) -> Predictions:
        p = self.price(inputs)
        return Predictions(actual, p, p * np.exp(-self.quantile), p * np.exp(self.quantile))


def fit(contract, inputs, price, settings: Settings) -> PriceModel:
    parts = list(KFold(settings.folds, shuffle=True, random_state=settings.seed).split(inputs))
    crossed = cross_predict(contract, inputs, price, parts, settings)
    return PriceModel(contract, build(contract, settings).fit(inputs, price), quantile(crossed.scores, settings.coverage))
