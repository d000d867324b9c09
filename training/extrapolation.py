"""What the served model has seen of each input: beyond it, the API answers with a warning."""

from __future__ import annotations

import pandas as pd

from app.contract import Contract, Input, Kind


def with_seen(contract: Contract, learnt: pd.DataFrame) -> Contract:
    """``contract`` with the ends of each number, and the choices that no house has.

    Args:
        learnt: shape (n, inputs), wire values of the houses that the served model learns from.
    """
    inputs = tuple(_with_seen(field, learnt[field.name]) for field in contract.inputs)
    return Contract.model_validate({**dict(contract), "inputs": inputs})


def _with_seen(field: Input, values: pd.Series) -> Input:
    seen: dict[str, object] = {}
    if field.kind is Kind.CHOICE:
        known = set(values)
        unseen = tuple(choice for choice in field.choices or () if choice not in known)
        seen = {"unseen_choices": unseen}
    elif field.kind.numeric:
        number = int if field.kind is Kind.INTEGER else float
        seen = {"seen_minimum": number(values.min()), "seen_maximum": number(values.max())}
    return Input.model_validate({**dict(field), **seen})
