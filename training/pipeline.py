"""The two models that are tried: a linear one, and its blend with trees that correct it.

Both are built from the contract alone; :func:`training.intervals.fit` chooses the one to serve.

The price never falls when an input rises that the contract calls increasing (never rises for a
decreasing one), because every part keeps that and the parts are only added and nested:

* the linear member takes increasing functions of such an input with coefficients >= 0;
* the boosting is constrained in such inputs and in the appraisal that it is given;
* the extra trees are constrained in the appraisal and do not see such inputs at all.

Everything is scikit-learn's own, so the pickled model loads without this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    ExtraTreesRegressor,
    HistGradientBoostingRegressor,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

from app.contract import Contract, Input, Kind
from training.settings import Settings

SIGN = {"increasing": 1, "decreasing": -1, None: 0}
LINEAR, BOOSTING, TREES = 0.3, 0.4, 0.3
"""Weights of the three members; their sum is 1."""


class Candidate(StrEnum):
    """What a training may serve."""

    LINEAR = "linear"
    BLEND = "blend"


@dataclass(frozen=True)
class ColumnLayout:
    """Positions of the columns that :func:`preprocessor` makes of the inputs.

    Attributes:
        signs: of each number, rank or yes/no, in order: 1, -1 or 0 (no direction).
        choices: how many columns follow for unordered choices, one a choice, without direction.
    """

    signs: tuple[int, ...]
    choices: int

    @classmethod
    def of(cls, contract: Contract) -> ColumnLayout:
        scalars = [field for field in contract.inputs if _is_scalar(field)]
        named = [field for field in contract.inputs if not _is_scalar(field)]
        return cls(
            signs=tuple(SIGN[field.monotonic] for field in scalars),
            choices=sum(len(field.choices or ()) for field in named),
        )

    @property
    def scalars(self) -> range:
        return range(len(self.signs))

    @property
    def named(self) -> list[int]:
        return list(range(len(self.signs), len(self.signs) + self.choices))


def preprocessor(contract: Contract) -> ColumnTransformer:
    """Wire values, one column an input, to numbers: shape (n, columns), as ColumnLayout says."""
    scalars = [field for field in contract.inputs if _is_scalar(field)]
    named = [field for field in contract.inputs if not _is_scalar(field)]
    return ColumnTransformer(
        [(field.name, _scalar(field), [field.name]) for field in scalars]
        + [(field.name, _one_hot(field), [field.name]) for field in named]
    )


def build(contract: Contract, settings: Settings, candidate: Candidate) -> Pipeline:
    """The unfitted model, from wire values to a price in the contract's currency."""
    layout = ColumnLayout.of(contract)
    regressor = _linear(layout) if candidate is Candidate.LINEAR else _blend(layout, settings)
    model = TransformedTargetRegressor(regressor, func=np.log, inverse_func=np.exp)
    return Pipeline([("preprocessor", preprocessor(contract)), ("model", model)])


def predict_each(blend: Pipeline, houses: pd.DataFrame) -> dict[Candidate, np.ndarray]:
    """Prices, each of shape (n,), by a fitted blend and by the linear model that is a part of it.

    That part is what :func:`build` makes of a linear candidate on the same rows.
    """
    columns = blend.named_steps["preprocessor"].transform(houses)
    members = blend.named_steps["model"].regressor_.named_estimators_
    return {
        Candidate.BLEND: np.asarray(blend.predict(houses)),
        Candidate.LINEAR: np.exp(members["linear"].predict(columns)),
    }


def _blend(layout: ColumnLayout, settings: Settings) -> VotingRegressor:
    corrected = StackingRegressor(
        [("appraisal", _linear(layout))],
        VotingRegressor(
            [("boosting", _boosting(layout, settings)), ("trees", _trees(layout, settings))],
            weights=[BOOSTING, TREES],
        ),
        # The trees learn from appraisals of unseen houses, as they will be given.
        cv=KFold(5, shuffle=True, random_state=settings.seed),
        passthrough=True,
    )
    return VotingRegressor(
        [("linear", _linear(layout)), ("corrected", corrected)],
        weights=[LINEAR, BOOSTING + TREES],
    )


def _is_scalar(field: Input) -> bool:
    return field.kind is not Kind.CHOICE or field.ordered


def _scalar(field: Input) -> FunctionTransformer | OrdinalEncoder:
    if field.kind is Kind.CHOICE:
        return OrdinalEncoder(categories=[list(field.choices or ())])
    return FunctionTransformer(np.asarray, kw_args={"dtype": np.float64})


def _one_hot(field: Input) -> OneHotEncoder:
    # Every choice has its column, also one that no row here holds: folds agree on the columns.
    return OneHotEncoder(
        categories=[list(field.choices or ())], sparse_output=False, dtype=np.float64
    )


def _linear(layout: ColumnLayout) -> Pipeline:
    """Ridge on the logarithm of the price, coefficients >= 0 where the contract has a direction."""
    blocks: list[tuple[str, Pipeline | str, list[int]]] = []
    free = [index for index in layout.scalars if not layout.signs[index]]
    for name, sign, columns in (
        ("increasing", 1, [index for index in layout.scalars if layout.signs[index] > 0]),
        ("decreasing", -1, [index for index in layout.scalars if layout.signs[index] < 0]),
        ("free", 1, free),
        ("free_negative", -1, free),
    ):
        blocks.append((name, _curves(sign), columns))
    # All coefficients are >= 0, so what may have either sign comes twice, once negated.
    blocks += [("choices", "passthrough", layout.named)]
    blocks += [("choices_negative", FunctionTransformer(np.negative), layout.named)]
    return Pipeline(
        [
            ("terms", ColumnTransformer([block for block in blocks if block[2]])),
            ("ridge", Ridge(alpha=3.0, positive=True, tol=1e-6)),
        ]
    )


def _curves(sign: int) -> Pipeline:
    """Functions of a number that rise (``sign`` 1) or fall (-1) over the range seen in training."""
    bends = FeatureUnion(
        [
            ("line", FunctionTransformer()),
            ("square", FunctionTransformer(np.square)),
            ("root", FunctionTransformer(np.sqrt)),
        ]
    )
    # Clipped, so that no square or line runs away beyond the houses it was fitted to.
    steps = [("range", MinMaxScaler(clip=True)), ("bends", bends), ("scale", StandardScaler())]
    if sign < 0:
        steps.append(("negative", FunctionTransformer(np.negative)))
    return Pipeline(steps)


def _boosting(layout: ColumnLayout, settings: Settings) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(
        max_iter=settings.rounds,
        learning_rate=0.05,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        l2_regularization=1.0,
        max_features=0.3,
        early_stopping=False,
        monotonic_cst=[1, *layout.signs, *[0] * layout.choices],
        random_state=settings.seed,
    )


def _trees(layout: ColumnLayout, settings: Settings) -> Pipeline:
    free = [index for index in layout.scalars if not layout.signs[index]] + layout.named
    # The stack puts the appraisal in front, which shifts the columns by one.
    seen = ColumnTransformer([("seen", "passthrough", [0, *[index + 1 for index in free]])])
    trees = ExtraTreesRegressor(
        n_estimators=settings.trees,
        min_samples_leaf=2,
        max_features=0.5,
        monotonic_cst=[1, *[0] * len(free)],
        random_state=settings.seed,
    )
    return Pipeline([("seen", seen), ("trees", trees)])
