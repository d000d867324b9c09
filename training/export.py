"""Writes a fitted price model as one ONNX graph: price, lower and upper of wire values.

All arithmetic is in double precision. Whoever wants the same price to the last bit, alone or among
others, asks for one house at a time: vectorised functions round by where a value lies.
"""

from __future__ import annotations

import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper

from app.contract import Contract, Kind
from training.graph import Graph
from training.intervals import PriceModel
from training.onnx_estimators import predict, transform

OPSETS = {"": 21, "ai.onnx.ml": 5}
IR_VERSION = 10
ELEMENT = {Kind.CHOICE: TensorProto.STRING, Kind.YES_NO: TensorProto.BOOL}
OUTPUTS = ("price", "lower", "upper")


def to_onnx(model: PriceModel) -> bytes:
    """The served form of ``model``: the same bytes for the same model.

    Inputs are named and ordered as in the contract, each [N, 1]: double, string for a choice, bool
    for yes/no. Outputs are ``price``, ``lower`` and ``upper``, double [N, 1], in the currency. A
    choice that the contract does not list makes the run fail rather than pass for another.

    Raises:
        TypeError: a part of the model has no translation.
    """
    graph = Graph()
    houses = _columns(graph, model)
    # The outer estimator only takes logarithm and exponential; the interval needs what is inside.
    centre = predict(model.estimator.regressor_, graph, houses)
    spread = graph.node("Max", predict(model.spread, graph, houses), graph.constant(model.floor))
    reach = graph.node("Mul", spread, graph.constant(model.quantile))
    lower, upper = graph.node("Sub", centre, reach), graph.node("Add", centre, reach)
    for name, logarithm in zip(OUTPUTS, (centre, lower, upper), strict=True):
        graph.node("Exp", logarithm, output=name)
    return _serialize(graph, model.contract)


def _columns(graph: Graph, model: PriceModel) -> str:
    """The preprocessor: [N, columns], in the order in which it was fitted."""
    kinds = {field.name: field for field in model.contract.inputs}
    parts = []
    for name, encoder, _ in model.preprocessor.transformers_:
        field = kinds[name]
        if field.kind is Kind.CHOICE:
            choices = np.array(field.choices, dtype=object)
            codes = graph.node(
                "LabelEncoder", name, domain="ai.onnx.ml", keys_strings=list(choices),
                values_int64s=list(range(len(choices))), default_int64=len(choices),
            )  # fmt: skip
            rows = graph.node("Reshape", codes, graph.index([-1]))
            table = graph.constant(encoder.transform(_frame(name, choices)))
            # An unlisted choice has the code after the last row, which Gather refuses.
            parts.append(graph.node("Gather", table, rows, axis=0))
        elif field.kind is Kind.YES_NO:
            parts.append(graph.node("Cast", name, to=TensorProto.DOUBLE))
        else:
            parts.append(transform(encoder, graph, name))
    return graph.concat(parts)


def _frame(name: str, values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({name: values})


def _serialize(graph: Graph, contract: Contract) -> bytes:
    inputs = [
        helper.make_tensor_value_info(
            field.name, ELEMENT.get(field.kind, TensorProto.DOUBLE), ["N", 1]
        )
        for field in contract.inputs
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["N", 1]) for name in OUTPUTS
    ]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "house_price", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid(*opset) for opset in OPSETS.items()],
        ir_version=IR_VERSION,
        producer_name="house-price",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
