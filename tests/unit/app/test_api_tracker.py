"""The tracker may be there, away, stuck or wrong: the API says which, and never waits for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.house import typical_house
from app.tracker import TrackerMonitor, TrackerState
from harness.stack.wait import wait_until
from harness.wire import HANG_TIMEOUT_S
from tests.unit.app import bundles
from tests.unit.app.live_api import Api, Live, running

HOUSE = typical_house(bundles.MIXED)


class FakeMlflow(BaseHTTPRequestHandler):
    """Answers the probe as the test says: status and body are attributes of the server."""

    server: Any

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def mlflow(status: int = 200, body: bytes = b'{"experiments": []}') -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), FakeMlflow)
    server.answer, server.asked = (status, body), []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def url(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tracker.PROBE_INTERVAL_S", 0.05)
    monkeypatch.setattr("app.tracker.PROBE_TIMEOUT_S", HANG_TIMEOUT_S)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.write(tmp_path_factory.mktemp("tracker") / "bundle")


def until(client: Api, status: str, detail: str = "") -> dict[str, Any]:
    """Waits until /health shows the tracker as ``status``."""
    shown: dict[str, Any] = {}

    def problem() -> str | None:
        health = client.get("/health").json()
        assert health["status"] == "ok"
        shown.update(health["tracker"])
        found = shown["status"] == status and detail in (shown["detail"] or "")
        return None if found else str(shown)

    wait_until(problem, what=f"a tracker {status}", hint="was it asked?", pause=0.02)
    return shown


def serves(live: Live, client: Api) -> None:
    assert client.get("/health/ready").status_code == 200
    assert client.post("/predict", json=HOUSE).status_code == 200
    assert live.service.tracker.state.status in client.get("/health").text


def test_it_comes_goes_and_comes_back(bundle: Path) -> None:
    with mlflow() as tracker, running(bundle, url(tracker)) as live, live.session() as client:
        first = until(client, "reachable")
        assert first["url"] == url(tracker)
        # /health would also answer when MLflow refuses every real request.
        assert set(tracker.asked) == {"/api/2.0/mlflow/experiments/search?max_results=1"}
        tracker.answer = (503, b"")
        second = until(client, "unreachable", "503")
        assert second["since"] > first["since"]
        assert until(client, "unreachable")["since"] == second["since"]
        assert "tracker_up 0.0" in client.get("/metrics").text
        serves(live, client)
        tracker.answer = (200, b"{}")
        assert until(client, "reachable")["since"] > second["since"]
        assert "tracker_up 1.0" in client.get("/metrics").text


@pytest.mark.parametrize(
    ("status", "body", "detail"),
    [
        (403, b"Invalid Host header", "403"),
        (500, b"", "500"),
        (200, b"OK", "JSONDecodeError"),
        (200, b"[]", "not that of MLflow"),
        (200, b"\xff\xfe\x00", "Error"),
        (302, b"", "302"),
    ],
)
def test_an_answer_that_is_not_mlflow_s_is_unreachable(
    bundle: Path, status: int, body: bytes, detail: str
) -> None:
    with (
        mlflow(status, body) as tracker,
        running(bundle, url(tracker)) as live,
        live.session() as client,
    ):
        until(client, "unreachable", detail)
        serves(live, client)


def test_nothing_listens(bundle: Path) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        with running(bundle, address) as live, live.session() as client:
            until(client, "unreachable", "refused")
            serves(live, client)


def test_no_request_waits_for_a_tracker_that_is_stuck(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tracker.PROBE_TIMEOUT_S", 10 * HANG_TIMEOUT_S)
    with socket.create_server(("127.0.0.1", 0)) as paused:
        address = f"http://127.0.0.1:{paused.getsockname()[1]}"
        with running(bundle, address) as live, live.session() as client:
            connection, _ = paused.accept()  # it has asked, and will wait until this test is over
            with connection:
                assert until(client, "unreachable")["detail"] == "not asked yet"
                serves(live, client)
        # And the server has stopped without waiting for it either.


@pytest.mark.parametrize("says", [b"", b"nonsense\r\n\r\n"], ids=["nothing", "nonsense"])
def test_a_tracker_that_takes_connections_and_does_not_answer(
    bundle: Path, says: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tracker.PROBE_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as paused:

        def answer() -> None:
            try:
                while True:
                    connection, _ = paused.accept()
                    held.append(connection)
                    connection.sendall(says)
            except OSError:
                return  # closed by the end of the test

        held: list[socket.socket] = []
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{paused.getsockname()[1]}"
        with running(bundle, address) as live, live.session() as client:
            until(client, "unreachable", "BadStatusLine" if says else "timed out")
            serves(live, client)
        paused.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in held:
            connection.close()


@pytest.mark.parametrize(
    "uri", [None, "", "sqlite:///mlflow.db", "file:///etc/passwd", "databricks"]
)
def test_without_a_server_there_is_none_to_watch(uri: str | None) -> None:
    tracker = TrackerMonitor(uri, lambda state: None)
    assert tracker.state == TrackerState(status="not configured")
    before = threading.active_count()
    tracker.start()
    assert threading.active_count() == before


def test_a_password_in_the_address_is_not_shown() -> None:
    tracker = TrackerMonitor("https://user:secret@tracker.example:8443/path/", lambda state: None)
    assert tracker.state.url == "https://tracker.example:8443/path"
    assert "secret" not in repr(tracker.state)
