"""Whether a port leads somewhere, and how long it takes to find out."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from harness.wire import listening
from harness.wire.listening import OPEN_S, why_silent

ANSWER_TIMEOUT_S = 0.1


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each connection was given, in seconds."""
    waited: list[float] = []
    really = listening._first_byte

    def noted(host: str, port: int, request: bytes, timeout_s: float) -> bytes | None:
        waited.append(timeout_s)
        return really(host, port, request, timeout_s)

    monkeypatch.setattr(listening, "ANSWER_TIMEOUT_S", ANSWER_TIMEOUT_S)
    monkeypatch.setattr(listening, "_first_byte", noted)
    return waited


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def test_a_server_that_is_silent_answers_and_is_not_asked_for_long(
    server: socket.socket, waits: list[float]
) -> None:
    """It speaks another protocol; its silence says nothing of how busy the machine is."""
    assert why_silent(*server.getsockname()) is None
    assert waits == [ANSWER_TIMEOUT_S, OPEN_S]


def test_a_port_that_closes_every_connection_is_silent(
    server: socket.socket, waits: list[float]
) -> None:
    def close_all() -> None:
        for _ in range(2):
            server.accept()[0].close()

    thread = Thread(target=close_all)
    thread.start()

    assert why_silent(*server.getsockname()) == "it closes every connection"
    thread.join()
    assert waits[1] >= OPEN_S
