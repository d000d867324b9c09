"""``--gate``: writes the verdict onto the version of the model that was tested, in MLflow."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from harness.errors import HarnessError
from harness.verdict.verdict import Verdict
from harness.wire.address import without_password
from tests.houses.tracker import MlflowApi, MlflowError

LONGEST = 5000  # characters that MLflow takes as a tag
VERDICT, CHAMPION = "gate.verdict", "champion"
TIMEOUT_S = (3.0, 6.0)  # to connect and to answer; a person waits for it


def tracker_address(given: str | None) -> str:
    """The MLflow that the model was registered in: a person's, not that of the test's stack."""
    named = os.environ.get("MLFLOW_TRACKING_URI", "")
    if given or named.startswith(("http://", "https://")):
        return given or named
    return f"http://localhost:{os.environ.get('MLFLOW_PORT', '5555')}"


def not_the_champion(model: Mapping[str, Any], address: str) -> str | None:
    """What is wrong where the version that was served is not the champion of its registry.

    None also where nobody can tell: :func:`write_to_model` says why then.

    Args:
        model: name, version and run of what was tested, as the API said.
        address: of the MLflow that it is registered in.
    """
    shown = without_password(address)
    name, version = model.get("name"), model.get("version")
    if not (name and version):
        return None
    try:
        with MlflowApi(address) as tracker:
            champion = tracker.version_named(name, CHAMPION, timeout=TIMEOUT_S)["version"]
    except requests.RequestException:
        return None
    except MlflowError as error:
        return f"{name} version {version} is served, and {shown} has no {CHAMPION} ({error})"
    if champion == version:
        return None
    return (
        f"{name} version {version} is served, but the {CHAMPION} at {shown} is version "
        f"{champion}. Fix: serve that one or move the alias, and test again"
    )


def write_to_model(verdict: Verdict, page: Path, address: str) -> str:
    """Writes the tags; returns what was done, in one line.

    Raises:
        HarnessError: they could not be written, or that version is not what was tested.
    """
    shown = without_password(address)
    model = verdict.tested.get("model") or {"missing": "no stack was tested"}
    if "missing" in model:
        raise HarnessError(
            f"--gate: which model was tested is not known ({model['missing']}). "
            "Fix: choose tests that use the stack, and look why its API does not tell."
        )
    name, version, run_id = (model[key] for key in ("name", "version", "run_id"))
    if not (name and version and run_id):
        raise HarnessError(
            "--gate: the model that was tested is in no registry. Fix: train it with MLflow up "
            "(make up, or ./run_pipeline.sh --tracking-uri), and test it again."
        )
    what = f"{name} version {version}"
    tags = _tags(verdict, page)
    # A write that is cut off must not leave a yes that was not earned.
    order = sorted(tags, key=lambda key: (key == VERDICT) == verdict.is_yes)
    try:
        with MlflowApi(address) as tracker:
            found = _version(tracker, str(name), str(version))
            if found["run_id"] != run_id:
                raise HarnessError(
                    f"--gate: {what} at {shown} is of run {found['run_id']}, but what was tested "
                    f"is of run {run_id}. Fix: name the MLflow that it was registered in with "
                    "MLFLOW_TRACKING_URI, or train and test again."
                )
            if verdict.is_yes and (wrong := not_the_champion(model, address)):
                raise HarnessError(f"--gate: no yes is written: {wrong}.")
            for key in order:
                tracker.tag_version(name, version, key, tags[key], timeout=TIMEOUT_S)
            kept = _version(tracker, name, version).get("tags", [])
    except requests.RequestException as error:
        raise HarnessError(
            f"--gate: no MLflow answers at {shown} ({type(error).__name__}), so the verdict is "
            "not on the model. Fix: docker compose up -d mlflow, or name another with "
            "MLFLOW_TRACKING_URI."
        ) from None
    except MlflowError as error:
        raise HarnessError(
            f"--gate: {shown} does not take the verdict on {what} ({error}). Fix: name the "
            "MLflow that it was registered in with MLFLOW_TRACKING_URI."
        ) from None
    if not tags.items() <= {tag["key"]: tag["value"] for tag in kept}.items():
        raise HarnessError(f"--gate: {shown} took the tags of {what} and shows others.")
    return f"{VERDICT}={verdict.word} is written on {what} at {shown}"


def _version(tracker: MlflowApi, name: str, version: str) -> Mapping[str, Any]:
    return tracker.version(name, version, timeout=TIMEOUT_S)


def _tags(verdict: Verdict, page: Path) -> dict[str, str]:
    commit = verdict.tested.get("commit") or {"id": "unknown", "dirty": False}
    counts = verdict.counts
    reasons = "\n".join(verdict.reasons) or "none"
    if len(reasons) > LONGEST:
        reasons = reasons[: LONGEST - 1] + "…"
    return {
        VERDICT: verdict.word,
        "gate.at": datetime.fromtimestamp(verdict.started, UTC).isoformat(timespec="seconds"),
        "gate.commit": commit["id"] + ("+changes" if commit["dirty"] else ""),
        "gate.checks": f"{counts['passed']} of {counts['asked']}",
        "gate.missing": str(counts["missing"]),
        "gate.left_out": str(counts["left_out"]),
        "gate.deselected": str(counts["deselected"]),
        "gate.report": f"sha256:{hashlib.sha256(page.read_bytes()).hexdigest()}",
        "gate.reasons": reasons,
    }
