"""A request for a price, byte by byte."""

from __future__ import annotations

from urllib.parse import urlsplit

from harness.wire import raw_http
from harness.wire.raw_http import Wire

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


def send_and_leave(address: str, data: bytes) -> None:
    """Sends ``data`` to the API at ``address`` and goes away, whatever it would answer."""
    port = urlsplit(address).port
    assert port is not None
    with Wire(port) as wire:
        wire.send(data)
