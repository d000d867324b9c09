"""Values that are unlike all that the model learnt from, of which the API must warn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.houses.api import House, Value
from tests.houses.cases import is_number


def is_beyond(one: Mapping[str, Any], value: Value) -> bool:
    """Whether the input ``one`` of the contract has not seen ``value``."""
    if is_number(one):
        assert not isinstance(value, str)
        return not one["seen_minimum"] <= value <= one["seen_maximum"]
    return value in (one["unseen_choices"] or ())


def beyond(inputs: Iterable[Mapping[str, Any]], house: House) -> list[str]:
    """The inputs of ``house`` of which the API must warn."""
    return [one["name"] for one in inputs if is_beyond(one, house[one["name"]])]


def edges(one: Mapping[str, Any]) -> list[Value]:
    """The last values of which it must not warn, and the first ones of which it must."""
    if one["kind"] == "choice":
        seen = [choice for choice in one["choices"] if not is_beyond(one, choice)]
        return [*seen[:2], *one["unseen_choices"][:2]]
    if not is_number(one):
        return []
    return sorted(set(_around(one)))


def _around(one: Mapping[str, Any]) -> Iterator[Value]:
    for end, outward in (("minimum", -1), ("maximum", 1)):
        seen, limit = one[f"seen_{end}"], one[end]
        yield seen
        if one["kind"] == "integer":
            limit = math.ceil(limit) if outward < 0 else math.floor(limit)
            next_one = seen + outward
        else:
            next_one = math.nextafter(seen, outward * math.inf)
        if (limit - next_one) * outward >= 0:
            yield from (next_one, limit)


def houses_at_edges(inputs: Sequence[Mapping[str, Any]], house: House) -> list[dict[str, Value]]:
    """``house`` with each of the :func:`edges` of each input, and one with all of the last."""
    tried = [{**house, one["name"]: value} for one in inputs for value in edges(one)]
    last = {one["name"]: found[-1] for one in inputs if (found := edges(one))}
    return [*tried, {**house, **last}]
