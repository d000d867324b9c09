"""A bundle that is not what the pipeline wrote is refused: exit 3, one line, both hashes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from app.bundle import BundleError, verify
from app.predictor import Predictor
from harness.wire import HANG_TIMEOUT_S
from tests.unit.app import bundles

FILES = (
    "contract.json",
    "golden.json",
    "manifest.json",
    "manifest.json.sha256",
    "model.joblib",
    "model.onnx",
    "preprocessor.joblib",
)
HASH = re.compile(r"\b[0-9a-f]{64}\b")
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.write(tmp_path_factory.mktemp("whole") / "bundle")


@pytest.fixture
def bundle(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "bundle"))


def start(folder: Path) -> subprocess.CompletedProcess[str]:
    """Starts the API on ``folder``, which must end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "app"],
        env={**os.environ, "BUNDLE_DIR": str(folder), "PORT": "0", "MLFLOW_TRACKING_URI": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANG_TIMEOUT_S,
        check=False,
    )


def refusal(folder: Path) -> str:
    """The message with which ``folder`` is refused, which is one line that names the fix."""
    with pytest.raises(BundleError) as error:
        Predictor(verify(folder))
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith(
        "Fix: run ./run_pipeline.sh to write a whole bundle, then start the API again."
    )
    return message


def altered(folder: Path, name: str, change: Callable[[bytes], bytes]) -> str:
    """Changes a file and returns the refusal, which must name it and both hashes."""
    file = folder / name
    before = file.read_bytes()
    file.write_bytes(change(before))
    message = refusal(folder)
    file.write_bytes(before)
    return message


def test_a_whole_bundle_is_accepted(whole: Path) -> None:
    assert verify(whole).contract == bundles.MIXED


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_a_flipped_bit_anywhere(bundle: Path, name: str, place: float) -> None:
    def flip(content: bytes) -> bytes:
        at = int(place * (len(content) - 1))
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    message = altered(bundle, name, flip)
    if name.startswith("manifest.json"):
        assert str(bundle / "manifest.json") in message
    else:
        expected = hashlib.sha256((bundle / name).read_bytes()).hexdigest()
        found = hashlib.sha256(flip((bundle / name).read_bytes())).hexdigest()
        assert f"{bundle / name} is not what the pipeline wrote" in message
        assert HASH.findall(message) == [expected, found]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: c + b"\n", lambda c: b""])
def test_another_length(bundle: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    assert "is not what the pipeline wrote: expected" in altered(bundle, name, change)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    assert f"{bundle / name} is missing" in refusal(bundle)


@pytest.mark.parametrize("name", ["extra.onnx", ".hidden", "with\nline end", "model.onnx.bak"])
def test_an_extra_file(bundle: Path, name: str) -> None:
    (bundle / name).write_bytes(b"extra")
    message = refusal(bundle)
    assert "does not belong to the bundle: expected no such file" in message
    assert HASH.findall(message) == [hashlib.sha256(b"extra").hexdigest()]


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_place_of_a_file(bundle: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    (bundle / name).rename(outside)
    (bundle / name).symlink_to(outside)
    assert f"{bundle / name} is not a plain file: found a symbolic link" in refusal(bundle)


def test_an_extra_link_folder_or_pipe(bundle: Path) -> None:
    extra = bundle / "extra"
    extra.symlink_to("/etc/passwd")
    assert f"{extra} is not a plain file: found a symbolic link" in refusal(bundle)
    extra.unlink()
    extra.mkdir()
    assert f"{extra} is not a plain file: found a folder" in refusal(bundle)
    extra.rmdir()
    os.mkfifo(extra)
    assert f"{extra} is not a plain file: found a folder, pipe" in refusal(bundle)


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


def test_nothing_is_parsed_before_everything_is_hashed(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    monkeypatch.setattr("app.bundle.Contract.model_validate_json", parsed.append)
    monkeypatch.setattr("app.bundle.Golden.model_validate_json", parsed.append)
    (bundle / "preprocessor.joblib").write_bytes(b"altered")  # the last one in the manifest
    refusal(bundle)
    assert parsed == []


def test_a_poisoned_pickle_is_never_opened(bundle: Path, tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel"
    poison = f"cpathlib\nPath\n(S'{sentinel}'\ntR.".encode() + b"touch"
    for name in ("preprocessor.joblib", "model.joblib"):
        (bundle / name).write_bytes(poison)
    bundles.update_manifest(bundle)
    Predictor(verify(bundle))  # validly hashed, so accepted; and never loaded
    source = "".join(file.read_text() for file in (ROOT / "app").rglob("*.py"))
    assert not re.search(r"^\s*(import|from) (pickle|joblib|dill|cloudpickle|skops)", source, re.M)
    assert not sentinel.exists()


def test_a_file_swapped_after_its_check_changes_nothing(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes that are used are those that were hashed; a file is opened once."""
    opened: list[str] = []
    real_open = os.open

    def spy(path: Any, *args: Any, **kwargs: Any) -> int:
        opened.append(os.fspath(path))
        return real_open(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", spy)
    verify(bundle)
    assert sorted(opened) == sorted([str(bundle), *FILES])


@pytest.mark.parametrize("kind", ["absent", "empty", "a file"])
def test_no_bundle_at_all(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "bundle"
    if kind == "empty":
        folder.mkdir()
    elif kind == "a file":
        folder.write_text("")
    process = start(folder)
    assert process.returncode == 3
    assert process.stderr.count("\n") == 1
    assert f"there is no bundle at {folder}" in process.stderr
    assert "run ./run_pipeline.sh" in process.stderr


def break_hash(bundle: Path) -> None:
    (bundle / "model.onnx").write_bytes(b"altered")


def break_contract(bundle: Path) -> None:
    (bundle / "model.onnx").write_bytes(bundles.onnx_model(bundles.ONE_INPUT))
    bundles.update_manifest(bundle)


def break_model(bundle: Path) -> None:
    break_hash(bundle)
    bundles.update_manifest(bundle)


def break_golden(bundle: Path) -> None:
    (bundle / "model.onnx").write_bytes(bundles.onnx_model(bundles.MIXED, half_width=0.3))
    bundles.update_manifest(bundle)


@pytest.mark.parametrize("damage", [break_hash, break_contract, break_model, break_golden])
def test_the_process_ends_with_3_and_one_line(bundle: Path, damage: Callable[[Path], None]) -> None:
    damage(bundle)
    expected = refusal(bundle)
    process = start(bundle)
    assert (process.returncode, process.stderr) == (3, f"{expected}\n")
    assert process.stdout == ""


def test_a_bad_environment_variable_is_named() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "app"],
        env={**os.environ, "PORT": "eighty"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANG_TIMEOUT_S,
        check=False,
    )
    assert process.returncode == 3
    assert process.stderr.startswith("environment variable PORT: ")
    assert process.stderr.count("\n") == 1


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
