"""Houses that are one to whoever knows a house by its values alone, or by their text.

Some have the same values under other inputs, and some have values that read the same one after the
other: 120 and 60, 1206 and 0.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any

from tests.houses.api import House, Value
from tests.houses.cases import is_number, values
from tests.houses.domain import Inputs, bounds

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

SEED = 21
COUPLES = 200
"""Couples of inputs that are tried: of 64 inputs there are ten times as many."""
DRAWN = 100
"""Numbers of an input that are tried with those of the next one."""
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


def run_together(
    inputs: Inputs, bases: Sequence[House], model: LocalModel
) -> list[tuple[House, House]]:
    """Pairs of houses that differ in price, and in which the texts of two inputs that follow each
    other, in the contract or by name, are the same when they are written without a mark between.

    Args:
        inputs, bases, model: as of :func:`exchanged`.
    """
    draw = random.Random(SEED)
    neighbours = {*pairwise(inputs), *pairwise(sorted(inputs))}
    found: list[tuple[House, House]] = []
    for first, second in sorted(neighbours):
        alike = list(_run_together(inputs[first], inputs[second], draw))
        for base in bases:
            for this, that in draw.sample(alike, min(len(alike), EXCHANGES)):
                one, other = ({**base, first: pair[0], second: pair[1]} for pair in (this, that))
                if model.figures(one)[0] != model.figures(other)[0]:
                    found.append((one, other))
                    break
    return found


def _run_together(
    one: dict[str, Any], other: dict[str, Any], draw: random.Random
) -> Iterator[tuple[tuple[Value, Value], tuple[Value, Value]]]:
    """Couples of their values, where the last sign of the first may as well begin the second."""
    if not (is_number(one) and is_number(other)):
        return  # no choice or yes/no begins with what others end with, but by luck
    for first, second in product(_drawn(one, draw), _drawn(other, draw)):
        shorter, longer = str(first)[:-1], str(first)[-1] + str(second)
        moved = _read(one, shorter), _read(other, longer)
        if moved[0] is not None and moved[1] is not None:
            yield (first, second), (moved[0], moved[1])


def _drawn(one: dict[str, Any], draw: random.Random) -> list[Value]:
    """Numbers of the input all over its range: whole ones, or in its steps."""
    low, high = bounds(one)
    kind = TYPES[one["kind"]]
    unit = 1 if one["kind"] == "integer" else one["step"]
    most = int((high - low) / unit)
    steps = draw.sample(range(most + 1), min(most + 1, DRAWN))
    tried = {kind(round(low + step * unit, 9)) for step in steps}
    return sorted(value for value in tried if _takes(one, value))


def _read(one: dict[str, Any], text: str) -> Value | None:
    """The value that is written so, None if there is none."""
    kind = TYPES[one["kind"]]
    try:
        value = kind(text)
    except ValueError:
        return None
    return value if str(value) == text and _takes(one, value) else None


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
