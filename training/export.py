"""Thin first version."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.pipeline import Pipeline

from app.contract import Contract, Kind

ELEMENT = {Kind.CHOICE: TensorProto.STRING, Kind.YES_NO: TensorProto.BOOL}


def to_onnx(model) -> bytes:
    contract, pipeline, q = model.contract, model.pipeline, model.quantile
    nodes, inits, feats = [], [], []
    def const(name, value):
        inits.append(numpy_helper.from_array(np.asarray(value), name)); return name
    for e in contract.inputs:
        if e.kind is Kind.CHOICE:
            nodes.append(helper.make_node("LabelEncoder", [e.name], [e.name + "_r"], domain="ai.onnx.ml", keys_strings=list(e.choices), values_int64s=list(range(len(e.choices))), default_int64=-1))
            if e.ordered:
                nodes.append(helper.make_node("Cast", [e.name + "_r"], [e.name + "_f"], to=TensorProto.DOUBLE))
            else:
                nodes.append(helper.make_node("Equal", [e.name + "_r", const(e.name + "_k", np.arange(len(e.choices), dtype=np.int64)[None])], [e.name + "_b"]))
                nodes.append(helper.make_node("Cast", [e.name + "_b"], [e.name + "_f"], to=TensorProto.DOUBLE))
            feats.append(e.name + "_f")
        elif e.kind is Kind.YES_NO:
            nodes.append(helper.make_node("Cast", [e.name], [e.name + "_f"], to=TensorProto.DOUBLE)); feats.append(e.name + "_f")
        else:
            feats.append(e.name)
    nodes.append(helper.make_node("Concat", feats, ["X"], axis=1))
    est = pipeline.named_steps["model"].regressor_
    ids = dict(tree=[], node=[], feat=[], mode=[], val=[], t=[], f=[]); tgt = dict(tree=[], node=[], id=[], w=[])
    for t, (p,) in enumerate(est._predictors):
        for i, n in enumerate(p.nodes):
            ids["tree"].append(t); ids["node"].append(i); ids["feat"].append(int(n["feature_idx"])); ids["val"].append(float(n["num_threshold"]))
            leaf = bool(n["is_leaf"]); ids["mode"].append("LEAF" if leaf else "BRANCH_LEQ"); ids["t"].append(0 if leaf else int(n["left"])); ids["f"].append(0 if leaf else int(n["right"]))
            if leaf:
                tgt["tree"].append(t); tgt["node"].append(i); tgt["id"].append(0); tgt["w"].append(float(n["value"]))
    T = lambda n, v: helper.make_tensor(n, TensorProto.DOUBLE, [len(v)], v)
    nodes.append(helper.make_node("TreeEnsembleRegressor", ["X"], ["trees"], domain="ai.onnx.ml", n_targets=1, nodes_treeids=ids["tree"], nodes_nodeids=ids["node"], nodes_featureids=ids["feat"], nodes_modes=ids["mode"], nodes_values_as_tensor=T("v", ids["val"]), nodes_truenodeids=ids["t"], nodes_falsenodeids=ids["f"], target_treeids=tgt["tree"], target_nodeids=tgt["node"], target_ids=tgt["id"], target_weights_as_tensor=T("w", tgt["w"])))
    nodes.append(helper.make_node("Cast", ["trees"], ["trees_d"], to=TensorProto.DOUBLE)); nodes.append(helper.make_node("Add", ["trees_d", const("base", np.array(float(np.ravel(est._baseline_prediction)[0])))], ["log"]))
    nodes.append(helper.make_node("Exp", ["log"], ["price"]))
    for n, s in (("lower", -q), ("upper", q)):
        nodes.append(helper.make_node("Mul", ["price", const(n + "_k", np.array(np.exp(s)))], [n]))
    g = helper.make_graph(nodes, "house_price", [helper.make_tensor_value_info(e.name, ELEMENT.get(e.kind, TensorProto.DOUBLE), [None, 1]) for e in contract.inputs], [helper.make_tensor_value_info(n, TensorProto.DOUBLE, [None, 1]) for n in ("price", "lower", "upper")], inits)
    m = helper.make_model(g, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)], ir_version=10)
    onnx.checker.check_model(m)
    return m.SerializeToString(deterministic=True)
