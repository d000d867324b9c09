"""The API as a process: ``python -m app`` starts, serves, and ends in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.house import typical_house
from harness.stack.wait import wait_until
from harness.wire import HANG_TIMEOUT_S
from harness.wire.raw_http import Wire, get
from tests.houses.raw_request import post
from tests.unit.app import bundles

ROOT = Path(__file__).parents[3]
HOUSE = json.dumps(typical_house(bundles.MIXED)).encode()
STOPPED_BY_SIGTERM = (0, -signal.SIGTERM)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.write(tmp_path_factory.mktemp("process") / "bundle")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def process(bundle: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """``python -m app`` without a tracker; killed at the end if it still runs."""
    environment = {**os.environ, "BUNDLE_DIR": str(bundle), "PORT": str(port)}
    environment.pop("MLFLOW_TRACKING_URI", None)
    running = subprocess.Popen(
        [sys.executable, "-m", "app"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def wait_until_ready(port: int, running: subprocess.Popen[str]) -> None:
    def problem() -> str | None:
        try:
            with Wire(port) as wire:
                wire.send(get("/health/ready"))
                assert wire.answer().status == 200  # at the first answer: no port before ready
        except ConnectionRefusedError as error:
            assert running.poll() is None
            return str(error)
        return None

    wait_until(problem, what="it is ready", hint="see its stderr", pause=0.02)


def test_it_serves_and_ends_with_sigterm(bundle: Path) -> None:
    port = free_port()
    with process(bundle, port) as running:
        wait_until_ready(port, running)
        with Wire(port) as wire:
            begun = time.monotonic()
            wire.send(post(HOUSE, "/predict?secret=Zq7", "X-Request-ID: traced-1"))
            assert wire.answer().status == 200
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=HANG_TIMEOUT_S)
        took_ms = 1000 * (time.monotonic() - begun)
    assert running.returncode in STOPPED_BY_SIGTERM
    assert err == ""
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[0]["message"] == "bundle verified, golden rows reproduced"
    assert lines[0]["golden_rows"] == bundles.GOLDEN_ROWS
    assert {line["logger"] for line in lines} == {"app", "app.requests", "uvicorn.error"}
    [line] = [line for line in lines if line["logger"] == "app.requests"]
    assert line.pop("time").endswith("+00:00")
    assert 0 < line.pop("duration_ms") < took_ms
    assert line == {
        "level": "INFO",
        "logger": "app.requests",
        "message": "request",
        "request_id": "traced-1",
        "method": "POST",
        "path": "/predict",
        "status": 200,
    }
    assert "Zq7" not in out


def test_what_is_in_flight_is_finished(bundle: Path) -> None:
    port = free_port()
    batch = json.dumps({"houses": bundles.houses(bundles.MIXED, 1000)}).encode()
    with process(bundle, port) as running:
        wait_until_ready(port, running)
        busy = [Wire(port) for _ in range(6)]
        for wire in busy:
            wire.send(post(batch, "/predict/batch"))
        with Wire(port) as half, Wire(port) as idle:
            idle.send(get("/health/live"))
            assert idle.answer().status == 200
            half.send(post(HOUSE)[:-10])
            # Once this later request is answered, the earlier ones have been received.
            with Wire(port) as probe:
                probe.send(get("/health/live"))
                assert probe.answer().status == 200
            running.send_signal(signal.SIGTERM)
            assert idle.closed()
            half.send(post(HOUSE)[-10:])
            assert half.answer().status == 200
        for wire in busy:
            answer = wire.answer()
            assert (answer.status, len(answer.json()["predictions"])) == (200, 1000)
            wire.__exit__()
        with pytest.raises(ConnectionRefusedError):
            Wire(port)
        assert running.wait(HANG_TIMEOUT_S) in STOPPED_BY_SIGTERM


def test_a_port_that_is_taken_is_said(bundle: Path) -> None:
    with (
        socket.create_server(("0.0.0.0", 0)) as taken,
        process(bundle, taken.getsockname()[1]) as running,
    ):
        out, _ = running.communicate(timeout=HANG_TIMEOUT_S)
    assert running.returncode == 3
    assert "address already in use" in out


def test_it_imports_only_what_serving_needs(bundle: Path) -> None:
    """No pickle of a model, no training library, no other HTTP client in the serving process."""
    code = (
        "import sys, app.__main__; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    unwanted = {"sklearn", "pandas", "joblib", "mlflow", "requests", "scipy", "onnx", "training"}
    assert unwanted.isdisjoint(found)
    assert "onnxruntime" in found
