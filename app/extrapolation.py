"""Warnings for what the model is asked beyond the houses that it learnt from."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from app.contract import Contract, Input, Kind
from app.golden import Value
from app.house import written


class Warned(BaseModel):
    """One value of a house that is unlike all that the model learnt from."""

    field: str
    label: str
    message: str


class Extrapolation:
    """What the contract says of the houses that the model has seen."""

    def __init__(self, contract: Contract) -> None:
        self._messages = {
            field.name: (field, _message(field))
            for field in contract.inputs
            if field.seen_minimum is not None or field.unseen_choices
        }

    def warnings(self, house: Mapping[str, Value]) -> list[dict[str, str]]:
        """One :class:`Warned` for each value of ``house`` that is beyond; none is usual."""
        return [
            {"field": name, "label": field.label, "message": message}
            for name, (field, message) in self._messages.items()
            if not field.has_seen(house[name])
        ]


def _message(field: Input) -> str:
    if field.kind is Kind.CHOICE:
        return f"No sale that the model learnt from has this {field.label}: the price is a guess."
    assert field.seen_minimum is not None
    assert field.seen_maximum is not None
    low, high = (written(field, end) for end in (field.seen_minimum, field.seen_maximum))
    unit = f" {field.unit}" if field.unit else ""
    return (
        f"{field.label} is beyond the {low} to {high}{unit} that the model learnt from: "
        "the price is an extrapolation."
    )
