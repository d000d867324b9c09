"""Values to try, derived from a contract: what an input takes, and what it must refuse."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.houses.api import BATCH, House, Value

MARK = "SHALL-NOT-BE-ECHOED"
"""Part of every text that must be refused; an answer that contains it echoes its input."""


def typical(inputs: Iterable[Mapping[str, Any]]) -> dict[str, Value]:
    """A house of the contract's own defaults."""
    return {field["name"]: field["default"] for field in inputs}


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
        whole = {min(max(round(value), math.ceil(low)), math.floor(high)) for value in spread}
        return sorted(whole)
    # The last of the spread may lie a rounding beyond the range.
    return sorted({min(max(float(value), low), high) for value in spread})


def longest_batch(inputs: Iterable[Mapping[str, Any]], indent: int | None = None) -> bytes:
    """The body of a full batch of the houses that take the most characters in JSON."""
    longest = {
        one["name"]: max(values(one), key=lambda value: len(json.dumps(value))) for one in inputs
    }
    return json.dumps({"houses": [longest] * BATCH}, indent=indent).encode()


def too_large(inputs: Iterable[Mapping[str, Any]]) -> bytes:
    """A body that is far larger than any batch.

    Three times the longest one that is known here: the digits of a number that takes one may fill a
    line of twice its length.
    """
    return b" " * max(2 << 20, 3 * len(longest_batch(inputs, indent=4)))


def beyond(one: Mapping[str, Any], bound: str) -> int | float:
    """A number one step outside of ``bound``: where a step is lost to rounding, the next one."""
    limit, step = one[bound], one["step"]
    outward = -1 if bound == "minimum" else 1
    found = limit + outward * (max(1, step) if one["kind"] == "integer" else step)
    next_one = math.nextafter(limit, outward * math.inf)
    return found if (found - limit) * outward > 0 else next_one


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
            wrong = {
                "another case": choice.swapcase(),
                "a blank after it": f"{choice} ",
                "a blank before it": f" {choice}",
            }
            for mistake, text in wrong.items():
                if text not in one["choices"]:  # "A" and "a" may both be choices
                    yield mistake, text
        case "integer" | "number":
            yield "too small", beyond(one, "minimum")
            yield "too large", beyond(one, "maximum")
            yield "just too small", math.nextafter(one["minimum"], -math.inf)
            yield "just too large", math.nextafter(one["maximum"], math.inf)
            yield "far too large", 1e308
            yield "true", True
            yield "a number as text", str(one["default"])
    if one["kind"] == "integer":
        yield "a fraction", math.ceil(one["minimum"]) + 0.5
        for mistake, towards in {"nearly whole": -math.inf, "hardly more": math.inf}.items():
            fraction = math.nextafter(one["default"], towards)
            if not fraction.is_integer():  # as beyond 2**53
                yield mistake, fraction
