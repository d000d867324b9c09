"""Which model the gate has tested, as the API itself says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import requests

from harness.errors import HarnessError
from harness.stack.running import Stack
from tests.houses.api import ApiError, PriceApi

_ABOUT_MODEL = ("name", "version", "run_id", "dataset", "data_sha256", "trained_at", "git_commit")
_TIMEOUT_S = (3.0, 5.0)  # to connect and to answer


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
