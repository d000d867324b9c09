"""Houses for Hypothesis: whatever a contract takes, drawn from its own ranges and choices."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.houses.api import House, Value

BOUNDED = settings(
    max_examples=30,
    # Every run draws the same houses: what is found today is found tomorrow.
    derandomize=True,
    # The HTTP client has limits of its own; how long an example takes says how busy the machine is.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
"""How Hypothesis is to run a property that asks a running stack."""

Inputs = Iterable[Mapping[str, Any]]


def houses(inputs: Inputs) -> st.SearchStrategy[dict[str, Value]]:
    """Houses that the contract takes, from all corners of it."""
    return st.fixed_dictionaries({field["name"]: values_of(field) for field in inputs})


def batches(inputs: Inputs, most: int = 8) -> st.SearchStrategy[list[dict[str, Value]]]:
    return st.lists(houses(inputs), min_size=2, max_size=most)


def values_of(one: Mapping[str, Any]) -> st.SearchStrategy[Value]:
    """All values that one input takes."""
    match one["kind"]:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(one["choices"])
        case "integer":
            return st.integers(math.ceil(one["minimum"]), math.floor(one["maximum"]))
        case _:
            return st.floats(float(one["minimum"]), float(one["maximum"]))


@st.composite
def white_space(draw: st.DrawFn, house: House) -> bytes:
    """The JSON of ``house`` with white space wherever JSON allows it."""
    gap = st.text(" \t\r\n", max_size=3)
    comma, colon = (draw(gap) + sign + draw(gap) for sign in ",:")
    return (draw(gap) + json.dumps(house, separators=(comma, colon)) + draw(gap)).encode()


@st.composite
def notation(draw: st.DrawFn, house: House) -> bytes:
    """The JSON of ``house`` with its values written in other ways that JSON has for them."""
    fields = (f"{json.dumps(key)}:{draw(_written(value))}" for key, value in house.items())
    return "{{{}}}".format(",".join(fields)).encode()


def _written(value: Value) -> st.SearchStrategy[str]:
    if isinstance(value, bool):
        return st.just(json.dumps(value))
    if isinstance(value, str):
        escaped = re.sub("(....)", r"\\u\1", value.encode("utf-16-be").hex())
        return st.sampled_from([json.dumps(value), f'"{escaped}"'])
    if isinstance(value, int):
        return st.sampled_from([f"{value}", f"{value}.0", f"{value}e0", f"{value * 10}E-1"])
    return st.sampled_from([repr(value), f"{value:.17e}"])
