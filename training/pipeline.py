"""Thin first version."""

from __future__ import annotations

import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from app.contract import Contract, Kind
from training.settings import Settings

SIGN = {"increasing": 1, "decreasing": -1, None: 0}


def preprocessor(contract):
    return _both(contract)[0]


def _both(contract):
    parts, signs = [], []
    for each in contract.inputs:
        if each.kind is Kind.CHOICE and not each.ordered:
            parts.append((each.name, OneHotEncoder(categories=[list(each.choices)], sparse_output=False), [each.name]))
            signs += [0] * len(each.choices)
        elif each.kind is Kind.CHOICE:
            parts.append((each.name, OrdinalEncoder(categories=[list(each.choices)]), [each.name]))
            signs.append(SIGN[each.monotonic])
        else:
            parts.append((each.name, "passthrough", [each.name]))
            signs.append(SIGN[each.monotonic])
    return ColumnTransformer(parts), signs


def build(contract: Contract, settings: Settings) -> Pipeline:
    pre, signs = _both(contract)
    model = HistGradientBoostingRegressor(max_iter=300, learning_rate=0.05, max_leaf_nodes=8, l2_regularization=1, min_samples_leaf=10, max_features=0.4, early_stopping=False, monotonic_cst=signs, random_state=settings.seed)
    return Pipeline([("preprocessor", pre), ("model", TransformedTargetRegressor(model, func=np.log, inverse_func=np.exp))])
