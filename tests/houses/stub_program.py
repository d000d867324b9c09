"""The program of a stub: passes requests on to the real API, but for those that it was told
to answer otherwise.

It runs by itself in a container, from its source, so it uses nothing but the standard library::

    python -c SOURCE http://fastapi:8000 8000

``PUT /stub`` tells it how to answer: an object of ``"METHOD /path"`` -> the fields of
:class:`tests.houses.stub_api.Lie`. ``GET /stub`` gives the bodies that were posted since then, each
with the time at which it came.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

CONTROL = "/stub"
REAL_API_TIMEOUT_S = 20.0
PASSED_ON = ("Content-Type", "X-Request-ID")
Reply = tuple[int, str, bytes]


class StubHandler(BaseHTTPRequestHandler):
    api = ""
    lies: dict[str, dict[str, Any]] = {}  # noqa: RUF012  # one server a process, told anew each test
    posted: list[tuple[float, str]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        if self.path == CONTROL:
            self._send(200, "application/json", json.dumps(self.posted).encode())
            return
        self._answer(None)

    def do_POST(self) -> None:
        body = self._body()
        self.posted.append((time.monotonic(), body.decode()))
        self._answer(body)

    def do_PUT(self) -> None:
        if self.path != CONTROL:
            self._send(405, "text/plain", b"")
            return
        StubHandler.lies, StubHandler.posted = json.loads(self._body()), []
        self._send(200, "application/json", b"{}")

    def _answer(self, body: bytes | None) -> None:
        lie = self.lies.get(f"{self.command} {self.path}")
        if lie is None:
            self._send(*self._real(body))
            return
        time.sleep(lie["seconds"])  # the lie itself: an API that is slow
        if lie["body"] is not None:
            self._send(lie["status"], lie["content_type"], lie["body"].encode())
            return
        status, content_type, content = self._real(body)
        if lie["changes"]:
            content = json.dumps({**json.loads(content), **lie["changes"]}).encode()
        self._send(status, content_type, content)

    def _real(self, body: bytes | None) -> Reply:
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        asked = Request(self.api + self.path, body, headers, method=self.command)
        try:
            with urlopen(asked, timeout=REAL_API_TIMEOUT_S) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def _send(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class StubServer(ThreadingHTTPServer):
    request_queue_size = 128  # a crowd connects at once


if __name__ == "__main__":
    StubHandler.api = sys.argv[1]
    StubServer(("", int(sys.argv[2])), StubHandler).serve_forever()
