"""Houses with the same values under other inputs, for whoever knows a house by its values alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from tests.houses.api import House, Value
from tests.houses.cases import is_number, values
from tests.houses.domain import Inputs, bounds

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

SEED = 21
COUPLES = 200
"""Couples of inputs that are tried: of 64 inputs there are ten times as many."""
EXCHANGES = 5
"""Exchanges of two inputs that are tried to find one that changes the price."""
SMALL = 60
"""Whole numbers below this are looked for in every range."""
# In Python, 1 is 1.0 and true: inputs of different kinds can be taken for each other too.
TYPES: dict[str, Callable[[Any], Value]] = {
    "choice": str,
    "yes_no": bool,
    "integer": int,
    "number": float,
}


def exchanged(
    inputs: Inputs, bases: Sequence[House], model: LocalModel
) -> list[tuple[House, House]]:
    """Pairs of houses that differ in price, and in which two values are in each other's place.

    Args:
        inputs: the contract's inputs by name.
        bases: houses from which the pairs are made, one for each couple of inputs and base.
        model: tells their prices.
    """
    draw = random.Random(SEED)
    couples = list(combinations(inputs, 2))
    found: list[tuple[House, House]] = []
    for first, second in draw.sample(couples, min(len(couples), COUPLES)):
        numbers = list(combinations(in_common(inputs[first], inputs[second]), 2))
        one, other = TYPES[inputs[first]["kind"]], TYPES[inputs[second]["kind"]]
        for base in bases:
            for this, that in draw.sample(numbers, min(len(numbers), EXCHANGES)):
                pair = (
                    {**base, first: one(this), second: other(that)},
                    {**base, first: one(that), second: other(this)},
                )
                if model.figures(pair[0])[0] != model.figures(pair[1])[0]:
                    found.append(pair)
                    break
    return found


def in_common(one: dict[str, Any], other: dict[str, Any]) -> list[Value]:
    """Values that both inputs take."""
    tried = {value for taken in (one, other) for value in _notable(taken)}
    return sorted(
        (value for value in tried if _takes(one, value) and _takes(other, value)), key=repr
    )


def _notable(one: dict[str, Any]) -> list[Value]:
    return [*values(one), *range(SMALL)] if is_number(one) else values(one)


def _takes(one: dict[str, Any], value: Value) -> bool:
    if not is_number(one):
        return value in values(one)
    if isinstance(value, str):
        return False
    low, high = bounds(one)
    return low <= value <= high and (one["kind"] == "number" or value == int(value))
