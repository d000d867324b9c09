"""The scikit-learn estimators of the recipe as ONNX nodes, in double precision.

Written here rather than converted by a library, because converters keep tree thresholds and sums in
single precision, and because these few kinds are all that the recipe uses.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from onnx import TensorProto
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.linear_model import Ridge
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from training.graph import Graph
from training.onnx_trees import histogram_tree, sum_of_trees, tree


@singledispatch
def transform(fitted: Any, graph: Graph, values: str) -> str:  # noqa: ARG001
    """Adds what ``fitted.transform`` does to ``values`` [N, any]; returns the result's name."""
    raise TypeError(f"no ONNX translation of {type(fitted).__name__}. Fix: add one to {__name__}")


@singledispatch
def predict(fitted: Any, graph: Graph, values: str) -> str:  # noqa: ARG001
    """Adds what ``fitted.predict`` does to ``values`` [N, any]; returns the name of an [N, 1]."""
    raise TypeError(f"no ONNX translation of {type(fitted).__name__}. Fix: add one to {__name__}")


@transform.register
def _(fitted: FunctionTransformer, graph: Graph, values: str) -> str:
    if fitted.func in (None, np.asarray):
        return values
    if fitted.func is np.square:
        return graph.node("Mul", values, values)
    simple = {np.sqrt: "Sqrt", np.negative: "Neg"}
    return graph.node(simple[fitted.func], values)


@transform.register
def _(fitted: MinMaxScaler, graph: Graph, values: str) -> str:
    scaled = graph.node("Mul", values, graph.constant(fitted.scale_))
    moved = graph.node("Add", scaled, graph.constant(fitted.min_))
    low, high = (graph.constant(bound) for bound in fitted.feature_range)
    return graph.node("Min", graph.node("Max", moved, low), high) if fitted.clip else moved


@transform.register
def _(fitted: StandardScaler, graph: Graph, values: str) -> str:
    centred = graph.node("Sub", values, graph.constant(fitted.mean_))
    return graph.node("Div", centred, graph.constant(fitted.scale_))


@transform.register
def _(fitted: FeatureUnion, graph: Graph, values: str) -> str:
    return graph.concat([transform(step, graph, values) for _, step in fitted.transformer_list])


@transform.register
def _(fitted: ColumnTransformer, graph: Graph, values: str) -> str:
    parts = []
    for _, transformer, positions in fitted.transformers_:
        if isinstance(transformer, str) and transformer == "drop":
            continue
        parts.append(transform(transformer, graph, graph.columns(values, positions)))
    return graph.concat(parts)


@transform.register
def _(fitted: Pipeline, graph: Graph, values: str) -> str:
    for _, step in fitted.steps:
        values = transform(step, graph, values)
    return values


@predict.register
def _(fitted: Pipeline, graph: Graph, values: str) -> str:
    for _, step in fitted.steps[:-1]:
        values = transform(step, graph, values)
    return predict(fitted.steps[-1][1], graph, values)


@predict.register
def _(fitted: Ridge, graph: Graph, values: str) -> str:
    terms = graph.node("Mul", values, graph.constant(fitted.coef_))
    total = graph.node("ReduceSum", terms, graph.index([1]), keepdims=1)
    return graph.node("Add", total, graph.constant(fitted.intercept_))


@predict.register
def _(fitted: VotingRegressor, graph: Graph, values: str) -> str:
    weights = np.ones(len(fitted.estimators_)) if fitted.weights is None else fitted.weights
    shares = np.asarray(weights) / np.sum(weights)
    members = graph.concat([predict(member, graph, values) for member in fitted.estimators_])
    weighted = graph.node("Mul", members, graph.constant(shares))
    return graph.node("ReduceSum", weighted, graph.index([1]), keepdims=1)


@predict.register
def _(fitted: StackingRegressor, graph: Graph, values: str) -> str:
    below = [predict(member, graph, values) for member in fitted.estimators_]
    seen = graph.concat([*below, values] if fitted.passthrough else below)
    return predict(fitted.final_estimator_, graph, seen)


@predict.register
def _(fitted: HistGradientBoostingRegressor, graph: Graph, values: str) -> str:
    trees = (histogram_tree(predictor.nodes) for (predictor,) in fitted._predictors)
    total = sum_of_trees(trees, graph, values)
    return graph.node("Add", total, graph.constant(fitted._baseline_prediction.item()))


@predict.register(ExtraTreesRegressor)
@predict.register(RandomForestRegressor)
def _(fitted: Any, graph: Graph, values: str) -> str:
    # scikit-learn looks at single precision values here, and its thresholds fit those.
    single = graph.node("Cast", values, to=TensorProto.FLOAT)
    seen = graph.node("Cast", single, to=TensorProto.DOUBLE)
    total = sum_of_trees((tree(member.tree_) for member in fitted.estimators_), graph, seen)
    return graph.node("Div", total, graph.constant(len(fitted.estimators_)))
