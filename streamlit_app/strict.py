"""Reads JSON from the API without trusting it: a value has the expected type or is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TypeGuard


def parse(body: bytes) -> object:
    """The JSON document in ``body``. Raises ValueError for all else, NaN and Infinity included."""
    try:
        return json.loads(body.decode(), parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def mapping(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not an object")
    return value


def items(parent: Mapping[str, object], key: str) -> list[object]:
    value = parent.get(key)
    if not isinstance(value, list) or not value:
        raise ValueError(f"{key!r} is not a list with something in it")
    return value


def text(parent: Mapping[str, object], key: str) -> str:
    value = parent.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key!r} is not a text")
    return value


def texts(parent: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = items(parent, key)
    if not all(isinstance(each, str) for each in found) or len(set(found)) != len(found):
        raise ValueError(f"{key!r} is not a list of different texts")
    return tuple(str(each) for each in found)


def scalar(parent: Mapping[str, object], key: str) -> bool | int | float | str:
    value = parent.get(key)
    if isinstance(value, bool | str) or is_number(value):
        return value
    raise ValueError(f"{key!r} is not a text, a finite number, true or false")


def number(parent: Mapping[str, object], key: str) -> float:
    value = parent.get(key)
    if not is_number(value):
        raise ValueError(f"{key!r} is not a finite number")
    return float(value)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether this is a finite number. Python counts True as one; here it is not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False


def same(left: object, right: object) -> bool:
    """Equal as JSON values: 3 and 3.0 are one number, but 1 and true are not the same."""
    if is_number(left) and is_number(right):
        return left == right
    return type(left) is type(right) and left == right
