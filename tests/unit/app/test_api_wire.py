"""Limits in size, how requests may arrive, and what a connection is good for afterwards."""

from __future__ import annotations

import json

import pytest

from app.house import max_body_bytes, typical_house
from harness.wire.raw_http import get
from tests.houses.raw_request import post
from tests.unit.app import bundles
from tests.unit.app.live_api import Live

HOUSE = json.dumps(typical_house(bundles.MIXED)).encode()
MAX_BYTES = max_body_bytes(bundles.MIXED)
CHUNKED = post(b"", "/predict", "Transfer-Encoding: chunked", length=False)


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_the_largest_body_is_read(api: Live) -> None:
    with api.connect() as wire:
        wire.send(post(HOUSE + b" " * (MAX_BYTES - len(HOUSE))))
        assert wire.answer().status == 200


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 10 * MAX_BYTES])
def test_a_body_that_is_too_large_is_refused_by_its_length(api: Live, size: int) -> None:
    with api.connect() as wire:
        wire.send(post(b"", "/predict", f"Content-Length: {size}", length=False))
        assert wire.answer().status == 413  # although not a byte of it was sent
        wire.send(b" " * size)
        wire.send(get("/health/ready"))
        assert wire.answer().status == 200


def test_a_body_that_is_too_large_is_refused_while_it_arrives(api: Live) -> None:
    with api.connect() as wire:
        wire.send(CHUNKED)
        for _ in range(MAX_BYTES // 65536 + 1):
            wire.send(chunk(b" " * 65536))
        assert wire.answer().status == 413  # although it has not ended
        wire.send(chunk(b" " * 65536) + chunk(b""))
        wire.send(get("/health/ready"))
        assert wire.answer().status == 200


def test_a_chunked_house_is_read(api: Live) -> None:
    with api.connect() as wire:
        wire.send(CHUNKED + b"".join(chunk(HOUSE[n : n + 1]) for n in range(len(HOUSE))))
        wire.send(chunk(b""))
        assert wire.answer().status == 200


def test_expect_100_continue(api: Live) -> None:
    with api.connect() as wire:
        wire.send(post(HOUSE, "/predict", "Expect: 100-continue"))
        assert wire.answer().status == 200
    with api.connect() as wire:
        head = post(b"", "/predict", f"Content-Length: {len(HOUSE)}", "Expect: 100-continue",
                    length=False)  # fmt: skip
        wire.send(head)
        assert wire.interim() == 100
        wire.send(HOUSE)
        assert wire.answer().status == 200
    with api.connect() as wire:
        wire.send(post(b"", "/predict", "Content-Length: 99999999", "Expect: 100-continue",
                       length=False))  # fmt: skip
        assert wire.interim() == 413  # and never asked for the body


def test_pipelined_requests_are_answered_in_their_order(api: Live) -> None:
    with api.connect() as wire:
        ids = [f"pipelined-{n}" for n in range(20)]
        wire.send(
            b"".join(
                post(HOUSE if n % 2 else b"{", "/predict", f"X-Request-ID: {request_id}")
                for n, request_id in enumerate(ids)
            )
        )
        answers = [wire.answer() for _ in ids]
    assert [answer.headers["x-request-id"] for answer in answers] == ids
    assert [answer.status for answer in answers] == [400, 200] * 10


def test_head_has_headers_only(api: Live) -> None:
    with api.connect() as wire:
        wire.send(get("/schema"))
        whole = wire.answer()
        wire.send(get("/schema", method="HEAD"))
        head = wire.answer(head=True)
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-length"] == whole.headers["content-length"]
        wire.send(get("/health/ready"))  # found where it belongs: no body came before it
        assert wire.answer().status == 200
