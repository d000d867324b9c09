"""Limits in size and time, and what a connection is good for afterwards."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from app.house import max_body_bytes, typical_house
from app.predictor import Estimate
from harness.stack.wait import wait_until
from harness.wire import HANG_TIMEOUT_S
from harness.wire.raw_http import get
from tests.houses.raw_request import post
from tests.unit.app import bundles
from tests.unit.app.live_api import Live, running

HOUSE = json.dumps(typical_house(bundles.MIXED)).encode()
MAX_BYTES = max_body_bytes(bundles.MIXED)
CHUNKED = post(b"", "/predict", "Transfer-Encoding: chunked", length=False)
PATIENCE_S = 0.4
"""The least time that a request may take to arrive, where a test shortens it."""
ROUND_TRIPS, STALLS = 20, 20
DROPS, DROPS_IN_TIME = 200, 8
"""Bytes of a request that trickles: at most, and those within the time that it has."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(bundles.write(tmp_path_factory.mktemp("wire") / "bundle")) as live:
        yield live


@pytest.fixture
def patience_s(api: Live, monkeypatch: pytest.MonkeyPatch) -> float:
    """The time that a request may take to arrive, shortened.

    Much more than an honest request takes on this machine just now: it must not be cut off.
    """
    slowest_s = 0.0
    for _ in range(ROUND_TRIPS):
        begun = time.monotonic()
        with api.connect() as wire:
            wire.send(get("/health/live"))
            assert wire.answer().status == 200
        slowest_s = max(slowest_s, time.monotonic() - begun)
    patience_s = max(PATIENCE_S, STALLS * slowest_s)
    set_patience(monkeypatch, patience_s)
    return patience_s


def set_patience(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("app.request_body.REQUEST_TIMEOUT_S", seconds)
    monkeypatch.setattr("app.protocol.REQUEST_TIMEOUT_S", seconds)


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


@pytest.mark.parametrize(
    "begun",
    [b"G", b"GET /schema HTTP/1.1\r\n", b"GET /schema HTTP/1.1\r\nHost: api\r\nX: "],
    ids=["one byte", "no headers", "half a header"],
)
def test_headers_that_trickle_are_cut_off(api: Live, begun: bytes, patience_s: float) -> None:
    """A busy machine only slows the drops down: of so many, most come too late on any."""
    started = time.monotonic()
    with api.connect() as wire:
        wire.send(begun)
        assert wire.hears_while_sending(b"a", DROPS, pause=patience_s / DROPS_IN_TIME)
        answer = wire.answer()
        assert time.monotonic() - started >= patience_s, "it was cut off before its time was over"
        assert answer.status == 408
        assert answer.headers["connection"] == "close"
        assert wire.closed()


@pytest.mark.usefixtures("patience_s")
def test_a_later_request_that_trickles_is_cut_off_too(api: Live) -> None:
    with api.connect() as wire:
        wire.send(get("/health/live"))
        assert wire.answer().status == 200
        wire.send(b"GET /schema HTTP/1.1\r\n")
        assert wire.answer().status == 408
        assert wire.closed()


@pytest.mark.usefixtures("patience_s")
def test_a_silent_connection_is_closed(api: Live) -> None:
    with api.connect() as wire:
        assert wire.closed()


@pytest.mark.usefixtures("patience_s")
@pytest.mark.parametrize("head", [post(b"", "/predict", "Content-Length: 500", length=False),
                                  CHUNKED])  # fmt: skip
def test_a_body_that_does_not_arrive_is_cut_off(api: Live, head: bytes) -> None:
    with api.connect() as wire:
        wire.send(head)
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert wire.closed()


def test_a_body_that_no_one_waits_for_is_cut_off(api: Live, patience_s: float) -> None:
    """Answered at once, because GET has no use for it; it may not trickle for ever either."""
    with api.connect() as wire:
        wire.send(get("/schema", "Content-Length: 500"))
        assert wire.answer().status == 200
        assert wire.hears_while_sending(b"a", DROPS, pause=patience_s / DROPS_IN_TIME)


def test_a_connection_at_rest_between_requests_is_kept(api: Live, patience_s: float) -> None:
    with api.connect() as wire:
        for _ in range(3):
            wire.send(get("/health/live"))
            assert wire.answer().status == 200
            time.sleep(1.5 * patience_s)  # the rest that is tested


def test_slow_clients_do_not_slow_others(api: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them is cut off meanwhile: who must wait for them waits until the test is hung."""
    set_patience(monkeypatch, 10 * HANG_TIMEOUT_S)
    with ExitStack() as connected:
        slow = []
        for _ in range(200):
            slow.append(connected.enter_context(api.connect()))
            slow[-1].send(post(HOUSE)[:-1])
        with api.connect() as wire:
            for _ in range(20):
                wire.send(post(HOUSE))
                assert wire.answer().status == 200
        for client in slow:
            client.send(HOUSE[-1:])
            assert client.answer().status == 200


def test_clients_that_leave_leave_nothing_behind(
    api: Live, caplog: pytest.LogCaptureFixture
) -> None:
    for body in (b"", HOUSE[:10], HOUSE):
        for _ in range(50):
            with api.connect() as wire:
                wire.send(post(HOUSE)[: -len(HOUSE)] + body)
    with api.connect() as wire:
        wire.send(get("/health/ready"))
        assert wire.answer().status == 200
        state = api.server.server_state

        def problem() -> str | None:
            alone = len(state.connections) <= 1 and not state.tasks
            return None if alone else f"{state.connections}, {state.tasks}"

        wait_until(problem, what="they are gone", hint="what keeps them?", pause=0.01)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_batch_holds_up_nothing_else(api: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    started, release = threading.Event(), threading.Event()
    predict = api.service.predictor.predict

    def stuck(houses: list[dict[str, Any]]) -> list[Estimate]:
        if len(houses) > 1:
            started.set()
            # Half of what the others wait: they are answered late then, instead of never.
            assert release.wait(HANG_TIMEOUT_S / 2), "nothing else was answered meanwhile"
        return predict(houses)

    monkeypatch.setattr(api.service.predictor, "predict", stuck)
    batch = b'{"houses":[' + HOUSE + b"," + HOUSE + b"]}"
    with api.connect() as busy, api.connect() as wire:
        busy.send(post(batch, "/predict/batch"))
        assert started.wait(HANG_TIMEOUT_S)
        for request in (get("/health/ready"), get("/health"), get("/metrics"), post(HOUSE)):
            wire.send(request)
            assert wire.answer().status == 200
        release.set()
        assert busy.answer().status == 200
