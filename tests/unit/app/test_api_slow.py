"""Limits in time: who is slow, silent or gone is cut off in the end, and holds up nobody else."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack
from typing import Any

import pytest

from app.house import typical_house
from app.predictor import Estimate
from harness.stack.wait import wait_until
from harness.wire import HANG_TIMEOUT_S
from harness.wire.raw_http import get
from tests.houses.raw_request import post
from tests.unit.app import bundles
from tests.unit.app.live_api import Live

HOUSE = json.dumps(typical_house(bundles.MIXED)).encode()
CHUNKED = post(b"", "/predict", "Transfer-Encoding: chunked", length=False)
PATIENCE_S = 0.4
"""The least time that a request may take to arrive, where a test shortens it."""
ROUND_TRIPS, STALLS = 20, 20
DROPS, DROPS_IN_TIME = 200, 8
"""Bytes of a request that trickles: at most, and those within the time that it has."""


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
