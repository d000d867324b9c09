"""Which model the gate has tested, as the API itself says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

from harness.errors import HarnessError
from harness.stack.running import Stack
from harness.verdict.hooks import ABOUT, FACTS
from harness.verdict.report import when
from tests.houses.api import ApiError, PriceApi

_ABOUT_MODEL = ("name", "version", "run_id", "dataset", "data_sha256", "trained_at", "git_commit")
_TIMEOUT_S = (3.0, 5.0)  # to connect and to answer


MODEL = "model"


def facts_of(stacks: Sequence[Stack]) -> dict[str, Any]:
    """What the verdict carries of the model, for programs and for a person."""
    model = model_of(stacks) if stacks else {"missing": "no stack was tested"}
    if "missing" in model:
        return {MODEL: model, FACTS: {"Model": model["missing"]}}
    return {MODEL: model, **_told(model)}


def _told(model: Mapping[str, Any]) -> dict[str, Any]:
    what = f"{model['name']} version {model['version']}"
    facts = {
        "Model": f"{what}, trained {when(model['trained_at'])}",
        "MLflow run": str(model["run_id"]),
        "Data": f"{model['dataset']}, sha256:{model['data_sha256']}",
    }
    return {ABOUT: what, FACTS: facts} if model["name"] else {FACTS: facts}


def model_of(stacks: Sequence[Stack]) -> dict[str, Any]:
    """What ``GET /model`` answers; ``missing`` says why there is no answer."""
    missing = ""
    for stack in stacks:
        try:
            with PriceApi(stack.url("fastapi")) as api:
                model = api.model(timeout=_TIMEOUT_S)
            return {key: model.get(key) for key in _ABOUT_MODEL}
        except (HarnessError, ApiError, requests.RequestException, ValueError) as error:
            missing = missing or f"GET /model: {error}".splitlines()[0]
    return {"missing": missing}


def replaced(first: Mapping[str, Any], last: Mapping[str, Any]) -> str | None:
    """What is wrong where the API told of two models, at the start and at the end of a run."""
    if "missing" in first or "missing" in last or first == last:
        return None
    one, other = (f"version {model['version']} of run {model['run_id']}" for model in (first, last))
    return (
        f"the model was replaced while it was tested: {one} was served at first, and {other} in "
        "the end. Fix: test again while nobody trains"
    )
