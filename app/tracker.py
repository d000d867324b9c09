"""Watches whether the MLflow server answers. Nothing that serves predictions waits for it.

It runs in a daemon thread of its own: a name that does not resolve or a server that is paused can
hold it up, and that must delay neither a request nor the end of the process.
"""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel

# An API route: /health also answers when MLflow refuses the host name of every real request.
PROBE = "/api/2.0/mlflow/experiments/search?max_results=1"
PROBE_INTERVAL_S = 10.0
PROBE_TIMEOUT_S = 2.0
_MAX_ANSWER = 1 << 16

Status = Literal["reachable", "unreachable", "not configured"]


class TrackerState(BaseModel):
    """``since`` is when the status last changed; ``detail`` says why it is unreachable."""

    status: Status
    url: str | None = None
    since: datetime | None = None
    detail: str | None = None


class TrackerMonitor:
    """The state of the server at ``uri``, or of none."""

    def __init__(self, uri: str | None, on_change: Callable[[TrackerState], None]) -> None:
        self._uri = uri.rstrip("/") if uri and urlsplit(uri).scheme in ("http", "https") else None
        self._on_change = on_change
        self._stop = threading.Event()
        # Never through a proxy: the tracker is a neighbour.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.state = TrackerState(status="not configured")
        if self._uri is not None:
            self.state = self._state("unreachable", "not asked yet")

    def start(self) -> None:
        if self._uri is not None:
            threading.Thread(target=self._watch, name="tracker", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            before, detail = self.state, self._ask()
            self.state = self._state("unreachable" if detail else "reachable", detail)
            if (before.status, before.detail) != (self.state.status, self.state.detail):
                self._on_change(self.state)
            self._stop.wait(PROBE_INTERVAL_S)

    def _ask(self) -> str | None:
        """Why the server does not answer as MLflow does, or None."""
        try:
            with self._opener.open(f"{self._uri}{PROBE}", timeout=PROBE_TIMEOUT_S) as answer:
                found = json.loads(answer.read(_MAX_ANSWER))
        # RecursionError: of JSON that is nested too deep.
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            return f"{type(error).__name__}: {error}"
        if not isinstance(found, dict):
            return "the answer is not that of MLflow"
        return None

    def _state(self, status: Status, detail: str | None) -> TrackerState:
        since = self.state.since if self.state.status == status else datetime.now(UTC)
        url = _without_password(self._uri or "")
        return TrackerState(status=status, url=url, since=since, detail=detail)


def _without_password(uri: str) -> str:
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
