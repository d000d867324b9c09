"""Values that nobody could mistake for others, the requests that carry them, and how to find them.

What a request holds must not turn up in a log, a file or a metric. A mark is searched for as it
stands; of a number also its first digits, because a log may round it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any
from uuid import uuid4

from harness.wire.raw_http import get
from tests.houses.api import Value
from tests.houses.cases import is_number, too_large, typical
from tests.houses.raw_request import post

DIGITS, WHOLE_DIGITS = 6, 4
"""Numbers with fewer digits are in every log, as part of a time or a status."""
Requests = Mapping[str, Callable[[str], bytes]]
"""What carries a mark -> how the request with it is made."""
_TIME_OR_PLACE = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?|\bline \d+")
"""Numbers that a log has of its own: when, and in which line of a traceback."""


@dataclass(frozen=True)
class Mark:
    """One value of a request.

    Attributes:
        what: the value, in words for a person.
        pattern: a regular expression that finds it.
    """

    what: str
    pattern: str

    @classmethod
    def text(cls, what: str) -> Mark:
        """A new text, of letters and digits only."""
        return cls(what, f"Mark{uuid4().hex[:12]}")

    @classmethod
    def number(cls, what: str, value: float) -> Mark | None:
        """``value``, unless it has too few digits to be told from other numbers."""
        digits = re.sub(r"\D", "", repr(value).partition("e")[0]).lstrip("0")
        if isinstance(value, int):
            whole = rf"(?<![\w.:,]){value:_}(?:\.0)?(?![\w.])".replace("_", "[,_]?")
            return cls(what, whole) if len(digits) >= WHOLE_DIGITS else None
        # With or without a point or commas between the digits, and however many follow.
        begins = r"(?<![\w.])(?:0[.,]0*)?" + r"[.,_]?".join(digits[:DIGITS])
        return cls(what, begins) if len(digits) >= DIGITS else None


def found(marks: Iterable[Mark], text: str) -> list[str]:
    """What of ``marks`` is in ``text``, and the line that it is in."""
    lines = text.splitlines()
    return [
        f"{mark.what}: {line[:300]}"
        for mark in marks
        for line in lines
        if re.search(mark.pattern, _TIME_OR_PLACE.sub("", line), re.IGNORECASE)
    ]


def marked_house(inputs: Sequence[Mapping[str, Any]], share: float) -> dict[str, Value]:
    """A house that the contract takes, with all the digits that its numbers can have.

    Args:
        inputs: of the contract.
        share: where in its range a value lies, from 0 to 1. Other shares, other values.
    """
    return {one["name"]: _value(one, share) for one in inputs}


def _value(one: Mapping[str, Any], share: float) -> Value:
    if one["kind"] == "yes_no":
        return share > 0.5
    if one["kind"] == "choice":
        return str(one["choices"][min(int(share * len(one["choices"])), len(one["choices"]) - 1)])
    low, high = one["minimum"], one["maximum"]
    if one["kind"] == "number":
        return float(low + (high - low) * share)
    return int(min(max(round(low + (high - low) * share), ceil(low)), floor(high)))


def marks_of(house: Mapping[str, Value]) -> list[Mark]:
    """Marks of those values of ``house`` that can be told from all else."""
    numbers = {
        name: value
        for name, value in house.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    marks = (Mark.number(f"the value of {name}", value) for name, value in numbers.items())
    return [mark for mark in marks if mark is not None]


def revealing(inputs: Sequence[Mapping[str, Any]]) -> list[tuple[Mark, bytes]]:
    """Requests with a mark each: in the body, the address or a header, most of them refused."""
    house = typical(inputs)
    good = json.dumps(house).encode()
    numeric = next(filter(is_number, inputs), None)
    name, size = (numeric or inputs[0])["name"], len(too_large(inputs))

    def body(value: Any, field: str = name) -> bytes:
        return json.dumps({**house, field: value}).encode()

    def batch(content: bytes) -> bytes:
        return b'{"houses":[' + content + b"]}"

    def no_list(mark: str) -> bytes:
        return json.dumps({"houses": mark}).encode()

    in_bodies: Requests = {
        "an invalid value": lambda mark: post(body(mark)),
        "an invalid value in a batch": lambda mark: post(batch(body(mark)), "/predict/batch"),
        "a nested value": lambda mark: post(body({"a": [mark]})),
        "an unknown field": lambda mark: post(body(1, mark)),
        "the value of an unknown field": lambda mark: post(body(mark, "unknown")),
        "a body that is not JSON": lambda mark: post(mark.encode()),
        "a body that is cut off": lambda mark: post(body(mark)[:-1]),
        "a body that is not UTF-8": lambda mark: post(mark.encode() + b"\xff"),
        "a body with a key twice": lambda mark: post(f'{{"{mark}":1,"{mark}":2}}'.encode()),
        "a body that is no object": lambda mark: post(json.dumps([mark]).encode()),
        "a batch that is no list": lambda mark: post(no_list(mark), "/predict/batch"),
        "a body that is too large": lambda mark: post(mark.encode() * -(-size // len(mark))),
    }  # fmt: skip
    in_heads: Requests = {
        "a query": lambda mark: post(good, f"/predict?{mark}={mark}"),
        "the query of a refused house": lambda mark: post(b"{}", f"/predict?a={mark}"),
        "a path": lambda mark: get(f"/{mark}"),
        "a path below a known one": lambda mark: get(f"/predict/{mark}"),
        "a method": lambda mark: get("/schema", method=mark.upper()),
        "a media type": lambda mark: post(good, content_type=f"text/{mark}"),
        "an encoding": lambda mark: post(good, "/predict", f"Content-Encoding: {mark}"),
        "an unsafe request id": lambda mark: post(good, "/predict", f"X-Request-ID: {mark} ;"),
        "a long request id": lambda mark: post(good, "/predict", f"X-Request-ID: {mark * 9}"),
        "a token": lambda mark: post(good, "/predict", f"Authorization: Bearer {mark}"),
        "a refused token": lambda mark: post(b"{}", "/predict", f"Authorization: Basic {mark}"),
        "a cookie": lambda mark: post(good, "/predict", f"Cookie: session={mark}"),
        "an API key": lambda mark: post(good, "/predict", f"X-Api-Key: {mark}"),
        "the client's program": lambda mark: post(good, "/predict", f"User-Agent: {mark}"),
        "a referring page": lambda mark: post(good, "/predict", f"Referer: https://{mark}/"),
        "an origin": lambda mark: post(good, "/predict", f"Origin: https://{mark}"),
        "a forwarded address": lambda mark: post(good, "/predict", f"X-Forwarded-For: {mark}"),
        "a host": lambda mark: post(good).replace(b"Host: api", f"Host: {mark}".encode()),
        "an unknown header": lambda mark: post(good, "/predict", f"{mark}: 1"),
        "a probe's query": lambda mark: get(f"/health/ready?{mark}"),
        "headers that are too large": lambda mark: get("/schema", f"X-A: {mark * 2000}"),
        "what is not HTTP": lambda mark: f"GET /\x01{mark} HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    }  # fmt: skip
    made = []
    for what, request in {**in_bodies, **in_heads}.items():
        mark = Mark.text(what)
        made.append((mark, request(mark.pattern)))
    # A number beyond its range, with digits of its own.
    if numeric is not None:
        digits = str(uuid4().int)[:9]
        beyond = float(f"9{digits}e6") + abs(numeric["maximum"])
        mark_number = Mark.number(f"a value of {name} that is too large", beyond)
        assert mark_number is not None
        made.append((mark_number, post(body(beyond))))
    return made


def broken_off(inputs: Sequence[Mapping[str, Any]]) -> list[tuple[Mark, bytes]]:
    """Requests that never end, with a mark each: of their bodies only the first part is there."""
    house = typical(inputs)
    parts: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
        "the first bytes of a house": ("/predict", lambda body: body[: len(body) // 2]),
        "all but the last byte of a house": ("/predict", lambda body: body[:-1]),
        "the first bytes of a batch": ("/predict/batch", lambda body: body[: len(body) // 2]),
        "all but the last byte of a batch": ("/predict/batch", lambda body: body[:-1]),
        "most of a large body": ("/predict", lambda body: body.ljust(100_000)[:-1]),
    }  # fmt: skip
    made = []
    for what, (path, shorten) in parts.items():
        for chunked in (False, True):
            mark = Mark.text(f"{what}, in chunks" if chunked else what)
            # In front, so that it is in the first bytes.
            content: Any = {mark.pattern: mark.pattern, **house}
            body = json.dumps({"houses": [content]} if path.endswith("batch") else content)
            part = shorten(body.encode())
            if chunked:  # without a length, the end that never comes is a chunk
                header = "Transfer-Encoding: chunked"
                part = f"{len(part):x}\r\n".encode() + part + b"\r\n"
            else:
                header = f"Content-Length: {len(part) + 1}"
            made.append((mark, post(part, path, header, length=False)))
    return made
