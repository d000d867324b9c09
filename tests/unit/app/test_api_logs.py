"""One line of JSON per event on stdout; no bodies, no query strings, no forged lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from app import logs
from app.house import typical_house
from harness.stack.wait import wait_until
from harness.wire.raw_http import get
from tests.houses.raw_request import post
from tests.unit.app import bundles
from tests.unit.app.live_api import Live, running

HOUSE = json.dumps(typical_house(bundles.MIXED)).encode()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(bundles.write(tmp_path_factory.mktemp("logs") / "bundle")) as live:
        yield live


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def requests(records: pytest.LogCaptureFixture, count: int) -> list[tuple[int, dict[str, Any]]]:
    """Level and fields of each request's line; they come just after the answers."""
    found: list[tuple[int, dict[str, Any]]] = []

    def problem() -> str | None:
        found[:] = [
            (record.levelno, getattr(record, logs.FIELDS))
            for record in list(records.records)
            if record.name == "app.requests" and record.getMessage() == "request"
        ]
        return None if len(found) >= count else str(found)

    wait_until(problem, what="each request has its line", hint="is it logged?", pause=0.005)
    return found


def ask(live: Live, request: bytes) -> None:
    with live.connect() as wire:
        wire.send(request)
        wire.answer()


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/metrics"])
def test_probes_are_quiet(live: Live, records: pytest.LogCaptureFixture, path: str) -> None:
    ask(live, get(path))
    [(level, fields)] = requests(records, 1)
    assert (level, fields["path"]) == (logging.DEBUG, path)


def test_nothing_of_the_input_is_logged(live: Live, records: pytest.LogCaptureFixture) -> None:
    mark = "Zq7"
    for request in (
        post(b'{"area": "Zq7"}', "/predict?Zq7=Zq7", "X-Request-ID: Zq7 Zq7", "X-Zq7: Zq7"),
        post(b"Zq7"),
        get("/Zq7%0d%0aZq7"),
        get("/schema", method="ZQ7Zq7"),
        b"GET /\x01Zq7 HTTP/1.1\r\nHost: Zq7\r\n\r\n",
    ):
        ask(live, request)
    requests(records, 4)
    written = [
        logs.JsonFormatter().format(record)
        for record in records.records
        # Off when it is served (test_api_process.py); pytest attaches itself to it all the same.
        if record.name != "uvicorn.access"
    ]
    assert len(written) == 5
    assert mark not in "".join(written)


def test_a_line_cannot_be_forged() -> None:
    evil = 'x\r\n{"level": "INFO"}\u2028\u2029\x85\x1b[31m\ud800'
    record = logging.LogRecord("a", logging.INFO, "a.py", 1, "%s", (evil,), None)
    setattr(record, logs.FIELDS, {"detail": evil})
    line = logs.JsonFormatter().format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == json.loads(line)["detail"] == evil


def test_a_traceback_is_one_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        record = logging.LogRecord(
            "a", logging.ERROR, "a.py", 1, "failed", (), (ValueError, error, error.__traceback__)
        )
    line = logs.JsonFormatter().format(record)
    assert "\n" not in line
    assert "first\nsecond" in json.loads(line)["exception"]
