"""The API's answers, checked until a person may see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import strict
from schema import Contract, Value


@dataclass(frozen=True)
class Answer:
    """A price and the interval around it, in ``currency``; ``coverage`` is in (0, 1)."""

    price: float
    lower: float
    upper: float
    coverage: float
    currency: str
    model_version: str
    request_id: str
    inputs: Mapping[str, Value]


@dataclass(frozen=True)
class Model:
    """Which model answers, and where its run is in MLflow."""

    version: str
    run_id: str
    experiment_id: str


def read_answer(document: object, contract: Contract, sent: Mapping[str, Value]) -> Answer:
    """The answer of ``POST /predict`` to ``sent``. Raises ValueError when it cannot be right."""
    raw = strict.mapping(document, "the answer")
    echo = strict.mapping(raw.get("inputs"), "'inputs'")
    if echo.keys() != sent.keys():
        raise ValueError("it answers for other inputs than those sent")
    changed = [name for name in sent if not strict.same(sent[name], echo[name])]
    if changed:
        raise ValueError(f"it answers for another {', '.join(changed)}")
    answer = Answer(
        price=strict.number(raw, "price"),
        lower=strict.number(raw, "lower"),
        upper=strict.number(raw, "upper"),
        coverage=strict.number(raw, "coverage"),
        currency=strict.text(raw, "currency"),
        model_version=strict.text(raw, "model_version"),
        request_id=strict.text(raw, "request_id"),
        inputs={name: strict.scalar(echo, name) for name in sent},
    )
    if answer.currency != contract.currency:
        raise ValueError(f"its currency is {answer.currency!r}, not {contract.currency}")
    if not 0 < answer.coverage < 1:
        raise ValueError(f"its coverage {answer.coverage} is not between 0 and 1")
    if not (0 <= answer.lower <= answer.price <= answer.upper and answer.price > 0):
        raise ValueError(
            f"price {answer.price} is not above 0 and within {answer.lower} to {answer.upper}"
        )
    return answer


def read_model(document: object) -> Model:
    """The answer of ``GET /model``. Raises ValueError for ids that cannot be part of a link."""
    raw = strict.mapping(document, "the model")
    run_id, experiment_id = strict.text(raw, "run_id"), strict.text(raw, "experiment_id")
    if not all(re.fullmatch(r"[\w-]+", each, re.ASCII) for each in (run_id, experiment_id)):
        raise ValueError("its run_id or experiment_id is not an id")
    return Model(strict.text(raw, "version"), run_id, experiment_id)
