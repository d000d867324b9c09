"""Reads the body of a request: bounded in size and time, and as strict JSON.

FastAPI's own reading is not used: it has no limits, keeps the last of duplicate keys, and accepts
bytes that are not UTF-8 as JSON.
"""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

from fastapi import Request

from app.problems import ProblemError

REQUEST_TIMEOUT_S = 10.0
# More digits than a float can hold. int() refuses 4,300 on its own, and is slow before that.
_MAX_DIGITS = 300


async def read(request: Request, max_bytes: int) -> bytes:
    """The whole body, when it claims to be plain JSON.

    Raises:
        ProblemError: 408, 413 or 415.
    """
    _check_headers(request, max_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > max_bytes:
                    raise _too_large(max_bytes)
    except TimeoutError as error:
        detail = f"The body did not arrive within {REQUEST_TIMEOUT_S:g} seconds."
        # Closed, because what comes late would be taken for the next request.
        raise ProblemError(408, detail, headers={"Connection": "close"}) from error
    return bytes(body)


def _check_headers(request: Request, max_bytes: int) -> None:
    media_type, *parameters = request.headers.get("content-type", "").lower().split(";")
    charsets = [p.strip() for p in parameters if p.strip().startswith("charset=")]
    if media_type.strip() != "application/json" or any(
        charset.removeprefix("charset=").strip('"') not in ("utf-8", "utf8") for charset in charsets
    ):
        raise ProblemError(
            415,
            "Send the body as JSON in UTF-8, with the header Content-Type: application/json.",
            headers={"Accept": "application/json"},
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemError(
            415,
            "Send the body as it is, without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )
    length = request.headers.get("content-length", "")
    # Refused before it is sent, when the client waits for a "100 Continue".
    if length.isdecimal() and int(length[:20]) > max_bytes:
        raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> ProblemError:
    return ProblemError(413, f"The body is larger than the limit of {max_bytes:,} bytes.")


def parse(body: bytes) -> Any:
    """The value of a JSON document.

    NaN, Infinity and numbers too large for a float come out as floats that are not finite: so they
    are refused by the check of the field that they are in, which can name it.

    Raises:
        ProblemError: 400: not UTF-8, not JSON, a key twice, or nested too deep.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError(400, "The body is not UTF-8.") from error
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_int=_integer)
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: line {error.lineno}, column {error.colno}."
        raise ProblemError(400, detail) from error
    except RecursionError as error:
        raise ProblemError(400, "The body is nested too deep.") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ProblemError(400, "An object in the body has a key twice. Give each key once.")
    return found


def _integer(digits: str) -> int | float:
    if len(digits) <= _MAX_DIGITS:
        return int(digits)
    return -math.inf if digits.startswith("-") else math.inf
