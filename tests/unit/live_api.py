"""The API as it is served, on a free port of the loopback, and a socket to speak to it by hand."""

from __future__ import annotations

import json
import socket
import threading
import time
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

HANG_SECONDS = 2.0


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

    def connect(self, seconds: float = HANG_SECONDS) -> Wire:
        return Wire(self.port, seconds)


@contextmanager
def running(bundle: Path, tracker: str | None = None) -> Iterator[Live]:
    """Serves ``bundle`` in a thread of this process until the block ends."""
    settings = Settings(bundle_dir=bundle, mlflow_tracking_uri=tracker)
    service = Service(verify(bundle), settings)
    uvicorn = server(create_app(service), service, host="127.0.0.1", port=0)
    thread = threading.Thread(target=uvicorn.run, daemon=True)
    thread.start()
    try:
        while not uvicorn.started:
            assert thread.is_alive(), "the server ended while it was starting"
            time.sleep(0.005)
        port = uvicorn.servers[0].sockets[0].getsockname()[1]
        yield Live(port, service, uvicorn)
    finally:
        uvicorn.should_exit = True
        thread.join(timeout=15)
        assert not thread.is_alive(), "the server did not stop"


class Api(requests.Session):
    """Asks for paths instead of addresses, and does not wait for ever."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False  # no proxy stands between this test and the loopback
        self._url = url

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 10 * HANG_SECONDS)
        return super().request(method, self._url + url, *args, **kwargs)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """A connection on which exactly the given bytes are sent. Reads fail after ``seconds``."""

    def __init__(self, port: int, seconds: float) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._received = self._socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._received.close()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def finish(self) -> None:
        """Says that nothing more will be sent."""
        self._socket.shutdown(socket.SHUT_WR)

    def interim(self) -> int:
        """The status of the next answer, which has no body or none that matters."""
        status = int(self._received.readline().split()[1])
        while self._received.readline().strip():
            pass
        return status

    def answer(self, *, head: bool = False) -> Answer:
        """The next whole answer, of any status but 100."""
        status_line = self._received.readline()
        if not status_line:
            raise ConnectionError("closed without an answer")
        status = int(status_line.split()[1])
        headers = {}
        while line := self._received.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if status == 100:
            return self.answer(head=head)
        length = 0 if head or status == 204 else int(headers["content-length"])
        return Answer(status, headers, self._received.read(length))

    def closed_while_sending(self, data: bytes, pause: float) -> bool:
        """Sends ``data`` again and again until the server refuses it."""
        try:
            for _ in range(1000):
                self._socket.sendall(data)
                time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError):
            return True
        return False

    def closed(self) -> bool:
        """Whether the server has closed; waits for it until the time is over."""
        try:
            return self._received.read(1) == b""
        except ConnectionResetError:
            return True


def post(
    body: bytes,
    path: str = "/predict",
    *headers: str,
    content_type: str | None = "application/json",
    length: bool = True,
) -> bytes:
    """A POST request as bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: api", *headers]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    """A request without a body, as bytes."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: api", *headers, "", ""]).encode(
        "latin-1"
    )
