"""The API does not start with what it refuses: exit 3, and one line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.wire import HANG_TIMEOUT_S
from tests.unit.app import bundles
from tests.unit.app.refusals import refusal

ROOT = Path(__file__).parents[3]


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
