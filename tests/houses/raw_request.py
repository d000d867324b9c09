"""A request for a price, byte by byte."""

from __future__ import annotations

from harness.wire import raw_http

PREDICT = "/predict"


def post(
    body: bytes,
    path: str = PREDICT,
    *headers: str,
    content_type: str | None = "application/json",
    length: bool = True,
) -> bytes:
    """:func:`harness.wire.raw_http.post`, to where the API takes a house."""
    return raw_http.post(body, path, *headers, content_type=content_type, length=length)
