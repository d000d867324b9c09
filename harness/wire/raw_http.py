"""HTTP byte by byte, for requests that no HTTP client would send."""

from __future__ import annotations

import json
import select
import socket
from typing import Any, NamedTuple

from harness.wire import HANG_TIMEOUT_S


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """A connection on which exactly the given bytes are sent. What hangs is a TimeoutError."""

    def __init__(self, port: int, timeout_s: float = HANG_TIMEOUT_S) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
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

    def hears_while_sending(self, data: bytes, times: int, pause: float) -> bool:
        """Sends ``data`` so many times, or until the server answers or closes: did it?"""
        for _ in range(times):
            try:
                self._socket.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                return True
            if select.select([self._socket], [], [], pause)[0]:  # the pace of a slow client
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
    path: str,
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
