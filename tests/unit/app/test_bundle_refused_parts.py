"""A bundle whose manifest, contract, model and golden rows do not fit each other is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from app.bundle import verify
from app.predictor import Predictor
from tests.unit.app import bundles
from tests.unit.app.refusals import HASH, refusal


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "sub/file", "..", ".", "", "a\0b"])
def test_a_name_that_leads_out_of_the_folder(bundle: Path, name: str) -> None:
    (bundle.parent / "outside").write_bytes(b"secret")

    def add(manifest: dict[str, Any]) -> None:
        manifest["files"][name] = {"sha256": hashlib.sha256(b"secret").hexdigest(), "size": 6}

    bundles.update_manifest(bundle, add)
    assert f"{bundle / 'manifest.json'} cannot be used: files." in refusal(bundle)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(format=2),
        lambda m: m.update(format="1"),
        lambda m: m.pop("created_at"),
        lambda m: m.update(surprise=1),
        lambda m: m.update(coverage=1.0),
        lambda m: m.update(data_sha256="D" * 64),
        lambda m: m["mlflow"].pop("model_version"),
        lambda m: m["metrics"].update(rmsle=float("nan")),
        lambda m: m["files"]["model.onnx"].update(size="1"),
        lambda m: m["files"].pop("golden.json"),
    ],
)
def test_a_manifest_that_is_not_one(bundle: Path, change: Callable[[Any], object]) -> None:
    bundles.update_manifest(bundle, change)
    message = refusal(bundle)
    assert "manifest.json cannot be used" in message or "does not list golden.json" in message


def test_the_manifest_of_another_contract(bundle: Path) -> None:
    bundles.update_manifest(bundle, lambda manifest: manifest.update(contract_sha256="0" * 64))
    message = refusal(bundle)
    assert "contract.json is another contract than the one trained for" in message
    assert HASH.findall(message) == ["0" * 64, bundles.MIXED.fingerprint()]


def test_the_contract_of_another_model(bundle: Path) -> None:
    (bundle / "contract.json").write_text(bundles.ONE_INPUT.to_json())
    bundles.update_manifest(bundle)
    message = refusal(bundle)
    assert "golden.json" in message
    assert "does not fit" in message
    assert "contract.json" in message


@pytest.mark.parametrize("other", [bundles.ONE_INPUT, bundles.ODD_NAMES])
def test_the_model_of_another_contract(bundle: Path, other: Any) -> None:
    (bundle / "model.onnx").write_bytes(bundles.onnx_model(other))
    bundles.update_manifest(bundle)
    message = refusal(bundle)
    first = other.inputs[0].name
    assert f"input number 1: expected area tensor(double) [N,1], found {first}" in message
    assert len(HASH.findall(message)) == 2


def test_a_model_with_inputs_in_another_order(bundle: Path) -> None:
    swapped = bundles.contract("mixed", *reversed(bundles.MIXED.inputs))
    (bundle / "model.onnx").write_bytes(bundles.onnx_model(swapped))
    bundles.update_manifest(bundle)
    assert "does not fit" in refusal(bundle)


def test_a_model_with_another_type_or_shape(tmp_path: Path) -> None:
    bundle = bundles.write(tmp_path / "bundle", bundles.ONE_INPUT)
    cases: tuple[tuple[int, list[int | str | None], str], ...] = (
        (TensorProto.FLOAT, ["N", 1], "rooms tensor(float) [N,1]"),
        (TensorProto.DOUBLE, ["N", 2], "rooms tensor(double) [N,2]"),
        (TensorProto.DOUBLE, [5, 1], "rooms tensor(double) [5,1]"),
        (TensorProto.DOUBLE, ["N"], "rooms tensor(double) [N,]"),
    )
    for kind, shape, found in cases:
        outputs = ("price", "lower", "upper")
        graph = helper.make_graph(
            [helper.make_node("Identity", ["rooms"], [name]) for name in outputs],
            "same",
            [helper.make_tensor_value_info("rooms", kind, shape)],
            [helper.make_tensor_value_info(name, kind, shape) for name in outputs],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
        (bundle / "model.onnx").write_bytes(model.SerializeToString())
        bundles.update_manifest(bundle)
        assert f"expected rooms tensor(double) [N,1], found {found}" in refusal(bundle)


def test_a_model_that_is_not_onnx(bundle: Path) -> None:
    (bundle / "model.onnx").write_bytes(b"not a model")
    bundles.update_manifest(bundle)
    assert "model.onnx" in refusal(bundle)


@pytest.mark.parametrize("factor", [1 + 3e-6, 1 - 3e-6, -1, 0])
def test_golden_rows_that_are_not_reproduced(bundle: Path, factor: float) -> None:
    golden = json.loads((bundle / "golden.json").read_bytes())
    golden["rows"][-1]["lower"] *= factor
    (bundle / "golden.json").write_text(json.dumps(golden))
    bundles.update_manifest(bundle)
    message = refusal(bundle)
    assert "does not reproduce" in message
    assert f"row {bundles.GOLDEN_ROWS - 1}: lower: expected" in message
    assert len(HASH.findall(message)) == 2


def test_golden_rows_may_differ_as_processors_do(bundle: Path) -> None:
    golden = json.loads((bundle / "golden.json").read_bytes())
    for row in golden["rows"]:
        row["price"] *= 1 + 3e-7
    (bundle / "golden.json").write_text(json.dumps(golden))
    bundles.update_manifest(bundle)
    Predictor(verify(bundle))


def test_golden_rows_that_are_none_or_of_another_coverage(bundle: Path) -> None:
    golden = json.loads((bundle / "golden.json").read_bytes())
    (bundle / "golden.json").write_text(json.dumps({**golden, "coverage": 0.8}))
    bundles.update_manifest(bundle)
    assert "golden.json" in refusal(bundle)
    (bundle / "golden.json").write_text(json.dumps({**golden, "rows": []}))
    bundles.update_manifest(bundle)
    assert "golden.json cannot be used: rows" in refusal(bundle)


def test_a_golden_row_that_the_model_cannot_run(bundle: Path) -> None:
    """The contract accepts a choice that the model has never seen: found at the start."""
    contract = json.loads((bundle / "contract.json").read_bytes())
    contract["inputs"][3]["choices"].append("Unseen")
    text = json.dumps(contract, indent=2, ensure_ascii=False) + "\n"
    (bundle / "contract.json").write_text(text, encoding="utf-8")
    golden = json.loads((bundle / "golden.json").read_bytes())
    golden["rows"][0]["inputs"]["state"] = "Unseen"
    (bundle / "golden.json").write_text(json.dumps(golden))
    bundles.update_manifest(bundle)
    assert "does not reproduce" in refusal(bundle)
