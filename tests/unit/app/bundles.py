"""Small true bundles for tests: a real ONNX graph over every kind of input, with true checksums.

The model is a formula that can be checked by hand: the logarithm of the price is 11 plus, for
each input, its position in its range (0 to 1) times a weight. ``Exp`` makes it a price, and makes
ONNX Runtime round a batch otherwise than single rows, as a real model on the log scale does.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from app.contract import Contract, Input, Kind, Target
from app.house import bounds
from tests.houses.altered import checksums, sha256, write_manifest

COVERAGE = 0.9
GOLDEN_ROWS = 12
_TYPES = {Kind.CHOICE: TensorProto.STRING, Kind.YES_NO: TensorProto.BOOL}


def _number(name: str, kind: Kind, low: float, high: float, **rest: Any) -> Input:
    label = name.replace("_", " ").capitalize()
    default = rest.pop("default", low)
    return Input(
        name=name,
        label=label,
        group="Size",
        kind=kind,
        minimum=low,
        maximum=high,
        step=1,
        default=default,
        **rest,
    )


def _choice(name: str, *choices: str, ordered: bool = False) -> Input:
    return Input(
        name=name,
        label=name.capitalize(),
        group="Place",
        kind=Kind.CHOICE,
        choices=choices,
        ordered=ordered,
        default=choices[0],
    )


def _yes_no(name: str) -> Input:
    label = name.capitalize()
    return Input(name=name, label=label, group="Extras", kind=Kind.YES_NO, default=True)


def contract(name: str, *inputs: Input) -> Contract:
    target = Target(label="Sale price", currency="EUR")
    return Contract(dataset=name, title=f"Houses of {name}", target=target, inputs=inputs)


MIXED = contract(
    "mixed",
    _number("area", Kind.INTEGER, 20, 400, unit="sq m", help="Inside the walls.", default=95),
    _number("plot", Kind.NUMBER, 0.0, 12.5, unit="acres", default=0.25),
    _choice("quarter", "Old Town", "Île aux Fleurs", "O'Hara & Sons", "東"),
    _choice("state", "Poor", "Fair", "Good", ordered=True),
    _yes_no("garden"),
    _number("balance", Kind.NUMBER, -1.5, 1.5, default=0.0),
)
ONE_INPUT = contract("one input", _number("rooms", Kind.INTEGER, 1, 30, default=4))
# Names that are attributes of every pydantic model, or words of Python.
ODD_NAMES = contract(
    "odd names",
    _number("copy", Kind.NUMBER, 0, 1),
    _choice("model_config", "a", "b"),
    _yes_no("class"),
    _number("json", Kind.INTEGER, 0, 9),
)
CONTRACTS = {contract.dataset: contract for contract in (MIXED, ONE_INPUT, ODD_NAMES)}


def houses(contract: Contract, count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Houses from all over the domain, its ends included."""
    draw = random.Random(seed)
    return [{field.name: _value(field, draw) for field in contract.inputs} for _ in range(count)]


def _value(field: Input, draw: random.Random) -> Any:
    if field.kind is Kind.YES_NO:
        return draw.random() < 0.5
    if field.choices:
        return draw.choice(field.choices)
    low, high = bounds(field)
    if field.kind is Kind.INTEGER:
        return draw.randint(int(low), int(high))
    return draw.choice([low, high, draw.uniform(low, high)])


def onnx_model(contract: Contract, half_width: float = 0.2) -> bytes:
    """The formula above as ONNX: price, lower and upper for rows of ``contract``."""
    nodes, weights = [], []
    constants = {
        "base": np.array([[11.0]]),
        "below": np.array([[1 - half_width]]),
        "above": np.array([[1 + half_width]]),
    }
    for number, field in enumerate(contract.inputs, 1):
        weights.append(0.3 / number)
        source, position = field.name, f"{field.name}.position"
        if field.choices:
            steps = np.linspace(0, 1, len(field.choices))
            nodes.append(
                helper.make_node(
                    "LabelEncoder",
                    [source],
                    [f"{source}.float"],
                    domain="ai.onnx.ml",
                    keys_strings=list(field.choices),
                    values_floats=steps.tolist(),
                )
            )
            nodes.append(
                helper.make_node("Cast", [f"{source}.float"], [position], to=TensorProto.DOUBLE)
            )
        elif field.kind is Kind.YES_NO:
            nodes.append(helper.make_node("Cast", [source], [position], to=TensorProto.DOUBLE))
        else:
            low, high = bounds(field)
            constants |= {
                f"{source}.low": np.array([[low]], float),
                f"{source}.span": np.array([[high - low]], float),
            }
            nodes.append(helper.make_node("Sub", [source, f"{source}.low"], [f"{source}.from"]))
            nodes.append(helper.make_node("Div", [f"{source}.from", f"{source}.span"], [position]))
    constants["weights"] = np.array(weights).reshape(-1, 1)
    positions = [f"{field.name}.position" for field in contract.inputs]
    nodes += [
        helper.make_node("Concat", positions, ["positions"], axis=1),
        helper.make_node("MatMul", ["positions", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "base"], ["log_price"]),
        helper.make_node("Exp", ["log_price"], ["price"]),
        helper.make_node("Mul", ["price", "below"], ["lower"]),
        helper.make_node("Mul", ["price", "above"], ["upper"]),
    ]
    graph = helper.make_graph(
        nodes,
        "price",
        [
            helper.make_tensor_value_info(
                field.name, _TYPES.get(field.kind, TensorProto.DOUBLE), ["N", 1]
            )
            for field in contract.inputs
        ],
        [
            helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["N", 1])
            for name in ("price", "lower", "upper")
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 2)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def run(model: bytes, contract: Contract, rows: list[dict[str, Any]]) -> list[tuple[float, ...]]:
    """Price, lower and upper of each row, computed one row at a time, without our code."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    dtypes: dict[Kind, Any] = {Kind.CHOICE: object, Kind.YES_NO: bool}
    return [
        tuple(
            float(out.item())
            for out in session.run(
                ["price", "lower", "upper"],
                {
                    field.name: np.array([[row[field.name]]], dtypes.get(field.kind, float))
                    for field in contract.inputs
                },
            )
        )
        for row in rows
    ]


def write(folder: Path, contract: Contract = MIXED, model: bytes | None = None) -> Path:
    """A whole bundle for ``contract`` in ``folder``."""
    model = model or onnx_model(contract)
    rows = houses(contract, GOLDEN_ROWS)
    golden = {
        "coverage": COVERAGE,
        "rows": [
            {"inputs": row, "price": p, "lower": lo, "upper": up, "actual": p * 1.05}
            for row, (p, lo, up) in zip(rows, run(model, contract, rows), strict=True)
        ],
    }
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model)
    (folder / "contract.json").write_text(contract.to_json(), encoding="utf-8")
    (folder / "golden.json").write_text(json.dumps(golden), encoding="utf-8")
    (folder / "preprocessor.joblib").write_bytes(b"never opened by the API" * 10)
    (folder / "model.joblib").write_bytes(b"nor is this" * 10)
    update_manifest(folder)
    return folder


def update_manifest(
    folder: Path, change: Callable[[dict[str, Any]], object] = lambda manifest: None
) -> None:
    """(Re)writes manifest and checksum, so that they agree with the files in ``folder``.

    ``change`` edits the manifest before its checksum is taken.
    """
    manifest = {
        "format": 1,
        "created_at": "2026-01-02T03:04:05Z",
        "dataset": json.loads((folder / "contract.json").read_bytes())["dataset"],
        "coverage": COVERAGE,
        "forward_coverage": None,
        "data_sha256": "d" * 64,
        "contract_sha256": sha256(folder / "contract.json"),
        "lock_sha256": "e" * 64,
        "git_commit": "abc1234",
        "libraries": {"python": "3.13.0", "onnxruntime": onnxruntime.__version__},
        "metrics": {"rmsle": 0.12, "coverage": 0.91},
        "mlflow": {
            "tracking": "http://localhost:5555",
            "experiment_id": "1",
            "run_id": "0123456789abcdef",
            "model_name": "house-price",
            "model_version": "3",
        },
        "files": checksums(folder),
    }
    change(manifest)
    write_manifest(folder, manifest)
