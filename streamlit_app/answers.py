"""The API's answers, checked until a person may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schema import Contract
from strict import OptionalText, Strict, Text, Value, read, same

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]  # may be part of a link


class Warned(Strict):
    """One value that is unlike all that the model learnt from, in the API's words."""

    field: Text
    message: Text


class Answer(Strict):
    """A price and the interval around it, in ``currency``."""

    price: float = Field(gt=0)
    lower: float = Field(ge=0)
    upper: float
    coverage: float = Field(gt=0, lt=1)
    forward_coverage: float | None = Field(ge=0, lt=1)
    currency: Text
    model_version: Text
    request_id: Text
    warnings: Annotated[tuple[Warned, ...], Field(strict=False)]
    inputs: dict[str, Value]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.lower <= self.price <= self.upper:
            raise ValueError(f"price {self.price} is not within {self.lower} to {self.upper}")
        return self


class Model(Strict):
    """Which model answers, and where its run is in MLflow."""

    version: Text
    run_id: Id
    experiment_id: Id


class FieldProblem(Strict):
    """One field that the API refused, and why, both in the API's words."""

    label: OptionalText = ""
    field: OptionalText = ""
    message: Text

    @property
    def name(self) -> str:
        """Empty when the problem is none of a single field."""
        return self.label or self.field


class Problem(Strict):
    """Why the API refused a house (RFC 9457)."""

    title: Text
    errors: Annotated[tuple[FieldProblem, ...], Field(strict=False)] | None = None


def read_answer(body: bytes, contract: Contract, sent: Mapping[str, Value]) -> Answer:
    """The answer of ``POST /predict`` to ``sent``. Raises ValueError when it cannot be right."""
    answer = read(Answer, body)
    if answer.inputs.keys() != sent.keys():
        raise ValueError("it answers for other inputs than those sent")
    changed = [name for name in sent if not same(sent[name], answer.inputs[name])]
    if changed:
        raise ValueError(f"it answers for another {', '.join(changed)}")
    if unknown := {warned.field for warned in answer.warnings} - sent.keys():
        raise ValueError(f"it warns of {', '.join(sorted(unknown))}, which were not sent")
    if answer.currency != contract.target.currency:
        raise ValueError(f"its currency is {answer.currency!r}, not {contract.target.currency}")
    return answer
