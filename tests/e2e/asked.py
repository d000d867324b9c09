"""What a form asks a stub of the API, under a contract that only the stub knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from tests.houses.api import Value
from tests.houses.form import PriceForm
from tests.houses.stub_api import Lie, StubApi

PREDICT, SCHEMA, MODEL = "POST /predict", "GET /schema", "GET /model"


def contract(inputs: Sequence[Mapping[str, Any]]) -> Lie:
    """``GET /schema`` as it tells of ``inputs``."""
    target = {"label": "Price", "currency": "USD"}
    return Lie(changes={"inputs": inputs, "target": target})


def asked_by_click(
    form: PriceForm,
    stub: StubApi,
    schema: Lie,
    house: Mapping[str, Value],
    press: Callable[[], object] | None = None,
) -> list[str]:
    """Presses the button of a form with that contract, and waits until a price for ``house`` is
    shown.

    Args:
        form: whose API is ``stub``.
        stub: answers a price.
        schema: the contract.
        house: that the price is said to be for.
        press: does it in another way than with the mouse.

    Returns:
        The bodies that the form sent.
    """
    answer: dict[str, Any] = {
        "price": 250_000.0, "lower": 200_000.0, "upper": 300_000.0, "coverage": 0.9,
        "forward_coverage": None,
        "currency": "USD", "model_version": "1", "request_id": uuid4().hex,
        "inputs": house, "warnings": [],
    }  # fmt: skip
    stub.says({"GET /schema": schema, "POST /predict": Lie(body=json.dumps(answer))})
    (press or form.press)()
    return stub.posted()
