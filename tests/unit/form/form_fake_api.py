"""A real, small API on loopback, of boats, that can be told to misbehave."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from time import monotonic
from typing import Any

from harness.wire import HANG_TIMEOUT_S

CONTRACT: dict[str, Any] = {
    "format": 1,
    "dataset": "boats",
    "title": "Boats on the lake",
    "target": {"label": "Asking price", "currency": "CHF"},
    "inputs": [
        {"name": "berths", "label": "Berths", "group": "Size", "kind": "integer", "unit": None,
         "help": "Beds on board", "minimum": 0.0, "maximum": 12.0, "step": 1.0, "default": 4},
        {"name": "length", "label": "Length", "group": "Size", "kind": "number", "unit": "m",
         "help": "", "minimum": 2.5, "maximum": 40.0, "step": 0.5, "default": 9.5},
        {"name": "built", "label": "Year built", "group": "State", "kind": "integer", "unit": None,
         "help": "", "minimum": 1900, "maximum": 2026, "step": 1, "default": 1998},
        {"name": "harbour", "label": "Harbour", "group": "State", "kind": "choice", "unit": None,
         "help": "", "choices": ["Old Port", "Rock & Sand", "West"], "default": "Rock & Sand"},
        {"name": "cabin", "label": "Cabin", "group": "Size", "kind": "yes_no", "unit": None,
         "help": "", "default": False},
    ],
}  # fmt: skip
Answer = Callable[["Handler", Any], None]


class Handler(BaseHTTPRequestHandler):
    server: FakeApi

    def do_GET(self) -> None:
        self.server.answers[self.path](self, None)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append(body)
        self.server.predict_id = self.headers["X-Request-ID"]
        self.server.answers[self.path](self, body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output free of access logs."""

    def reply(self, content: object, status: int = 200) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, path: str) -> None:
        self.send_response(307)
        self.send_header("Location", path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def compressed(self, content: object) -> None:
        """Answer in a coding that was not asked for."""
        body = gzip.compress(json.dumps(content).encode())
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang(self) -> None:
        """Answer nothing until the test is over, or hangs."""
        self.server.over.wait(HANG_TIMEOUT_S)

    def trickle(self, head: bytes, drop: bytes) -> None:
        """Send ``head``, then ``drop`` ten times a second until the other side hangs up.

        The end of the test ends it too, and so does a test that hangs.
        """
        ends = monotonic() + HANG_TIMEOUT_S
        try:
            self.wfile.write(head)
            while not self.server.over.wait(0.1) and monotonic() < ends:
                self.wfile.write(drop)
        except OSError:
            self.server.hung_up.set()


class FakeApi(ThreadingHTTPServer):
    """Answers well until ``answers[path]`` is replaced."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.contract = copy.deepcopy(CONTRACT)
        self.received: list[dict[str, Any]] = []
        self.predict_id = ""
        self.over, self.hung_up = Event(), Event()
        self.answers: dict[str, Answer] = {
            "/schema": lambda request, _: request.reply(self.contract),
            "/model": lambda request, _: request.reply(
                {"version": "7", "run_id": "abc123", "experiment_id": "1"}
            ),
            "/predict": lambda request, body: request.reply(self.answer(body)),
        }

    def answer(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return {
            "price": 98765.25, "lower": 80000.0, "upper": 120000.5, "coverage": 0.9,
            "currency": "CHF", "model_version": "7", "request_id": "req-1", "inputs": inputs,
            "warnings": [], "forward_coverage": None,
        }  # fmt: skip
