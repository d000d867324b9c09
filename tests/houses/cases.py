"""Values to try, derived from a contract: what an input takes, and what it must refuse."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.houses.api import House, Value

MARK = "SHALL-NOT-BE-ECHOED"
"""Part of every text that must be refused; an answer that contains it echoes its input."""


def typical(inputs: Iterable[Mapping[str, Any]]) -> dict[str, Value]:
    """A house of the contract's own defaults."""
    return {each["name"]: each["default"] for each in inputs}


def is_number(one: Mapping[str, Any]) -> bool:
    return one["kind"] in ("integer", "number")


def takes(one: Mapping[str, Any], raw: str) -> bool:
    """Whether an input takes the JSON literal ``raw``."""
    if one["kind"] == "yes_no":
        return raw in ("true", "false")
    if one["kind"] == "choice":
        return raw in map(json.dumps, one["choices"])
    try:
        number = float(raw)
    except ValueError:
        return False
    whole = one["kind"] == "number" or number.is_integer()
    return one["minimum"] <= number <= one["maximum"] and whole


def values(one: Mapping[str, Any], count: int = 25) -> list[Value]:
    """Values that an input of the contract takes, from the lowest to the highest.

    Args:
        one: the input.
        count: of numbers at most; a choice gives all of its choices.
    """
    if one["kind"] == "yes_no":
        return [False, True]
    if one["kind"] == "choice":
        return list(one["choices"])
    low, high = one["minimum"], one["maximum"]
    spread = [low + (high - low) * step / (count - 1) for step in range(count)]
    if one["kind"] == "integer":
        # An integer's range may have a fraction; no value outside of it is taken.
        whole = {min(max(round(each), math.ceil(low)), math.floor(high)) for each in spread}
        return sorted(whole)
    return [float(each) for each in spread]


def varied(house: House, name: str, tried: list[Value]) -> list[dict[str, Value]]:
    """``house`` once for each value of the input ``name``."""
    return [{**house, name: value} for value in tried]


def mistakes(one: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a client may send for an input by mistake: a few words, and the value."""
    yield "null", None
    yield "a list", [one["default"]]
    yield "an object", {MARK: MARK}
    yield "an unknown text", MARK
    yield "an empty text", ""
    yield "NaN", math.nan
    yield "infinity", math.inf
    yield "minus infinity", -math.inf
    yield "a lone surrogate", f"{MARK}\ud800"
    match one["kind"]:
        case "yes_no":
            yield "the number 1", 1
            yield "the text true", "true"
        case "choice":
            choice = one["choices"][0]
            yield "a number", 0
            yield "true", True
            yield "another case", choice.upper() if choice.upper() != choice else choice.lower()
            yield "a blank after it", f"{choice} "
        case "integer" | "number":
            yield "too small", one["minimum"] - one["step"]
            yield "too large", one["maximum"] + one["step"]
            yield "far too large", 1e308
            yield "true", True
            yield "a number as text", str(one["default"])
    if one["kind"] == "integer":
        yield "a fraction", one["minimum"] + 0.5
