"""A bundle is loaded as the API and the form will load it, before anyone sees it."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.training.trained_flats import MANIFEST, Trained
from training.rehearsal import rehearse
from training.verify import BundleDiffersError

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.usefixtures("learns_once")]


@pytest.fixture
def unpublished(trained: Trained, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A good bundle as it is before it is registered, and what its manifest will say."""
    bundle = tmp_path / "bundle"
    shutil.copytree(trained.bundle, bundle)
    for name in MANIFEST:
        (bundle / name).unlink()
    return bundle, {key: trained.manifest[key] for key in trained.manifest.keys() - {"files"}}


def test_a_good_bundle_passes_and_stays_as_it_was(
    unpublished: tuple[Path, dict[str, Any]],
) -> None:
    bundle, manifest = unpublished
    before = sorted(bundle.iterdir())

    rehearse(bundle, manifest)

    assert sorted(bundle.iterdir()) == before


def blank_label(contract: dict[str, Any]) -> None:
    contract["inputs"][0]["label"] = " "


def other_inputs(contract: dict[str, Any]) -> None:
    contract["inputs"] = contract["inputs"][:-1]


@pytest.mark.parametrize(
    ("change", "why"),
    [(blank_label, "the form .*label"), (other_inputs, "the API .*golden.json")],
)
def test_a_contract_that_one_of_them_cannot_use_is_refused(
    unpublished: tuple[Path, dict[str, Any]], change: Callable[[dict[str, Any]], None], why: str
) -> None:
    bundle, manifest = unpublished
    file = bundle / "contract.json"
    contract = json.loads(file.read_text())
    change(contract)
    file.write_text(json.dumps(contract, indent=2, ensure_ascii=False) + "\n")
    manifest["contract_sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()

    with pytest.raises(BundleDiffersError, match=why):
        rehearse(bundle, manifest)

    assert not MANIFEST & {file.name for file in bundle.iterdir()}


def test_a_figure_that_is_no_number_in_json_is_refused(
    unpublished: tuple[Path, dict[str, Any]],
) -> None:
    bundle, manifest = unpublished
    manifest["metrics"] = {**manifest["metrics"], "forward_r2": -math.inf}

    with pytest.raises(BundleDiffersError, match=r"the API .*manifest.json"):
        rehearse(bundle, manifest)
