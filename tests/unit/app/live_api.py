"""The API as it is served, on a free port of the loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests

from app.bundle import verify
from app.main import create_app
from app.server import Server, server
from app.service import Service
from app.settings import Settings
from harness.stack.wait import wait_until
from harness.wire import HANG_TIMEOUT_S
from harness.wire.raw_http import Wire


class Live(NamedTuple):
    """A running API; ``service`` is its inside, for tests that must break it."""

    port: int
    service: Service
    server: Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def session(self) -> Api:
        return Api(self.url)

    def connect(self) -> Wire:
        return Wire(self.port)


@contextmanager
def running(bundle: Path, tracker: str | None = None) -> Iterator[Live]:
    """Serves ``bundle`` in a thread of this process until the block ends."""
    settings = Settings(bundle_dir=bundle, mlflow_tracking_uri=tracker)
    service = Service(verify(bundle), settings)
    uvicorn = server(create_app(service), service, host="127.0.0.1", port=0)
    thread = threading.Thread(target=uvicorn.run, daemon=True)
    thread.start()

    def problem() -> str | None:
        assert thread.is_alive(), "the server ended while it was starting"
        return None if uvicorn.started else "it is starting"

    try:
        wait_until(problem, what="the API serves", hint="see its log", pause=0.005)
        port = uvicorn.servers[0].sockets[0].getsockname()[1]
        yield Live(port, service, uvicorn)
    finally:
        uvicorn.should_exit = True
        thread.join(HANG_TIMEOUT_S)
        assert not thread.is_alive(), "the server did not stop"


class Api(requests.Session):
    """Asks for paths instead of addresses, and does not wait for ever."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False  # no proxy stands between this test and the loopback
        self._url = url

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", HANG_TIMEOUT_S)
        return super().request(method, self._url + url, *args, **kwargs)
