"""An MLflow that is made up, in which one version of one model is registered."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = {"name": "house-price", "version": "1", "run_id": "abc"}


@contextmanager
def answering(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address at which ``handler`` answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Registry:
    """An MLflow with one version of one model."""

    def __init__(self) -> None:
        self.run_id = "abc"
        self.tags: dict[str, str] = {}
        self.breaks_after = 100
        self.champion: str | None = "1"
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                if self.path.startswith("/api/2.0/mlflow/registered-models/alias?"):
                    found = registry.champion
                    champion = {**MODEL, "version": found}
                    self.answer(200 if found else 404, {"model_version": champion} if found else {})
                    return
                known = "name=house-price&version=1" in self.path
                tags = [{"key": key, "value": value} for key, value in registry.tags.items()]
                version: dict[str, Any] = {**MODEL, "run_id": registry.run_id, "tags": tags}
                self.answer(200 if known else 404, {"model_version": version} if known else {})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if len(registry.tags) >= registry.breaks_after:
                    self.answer(500, {})
                    return
                assert (body["name"], body["version"]) == ("house-price", "1")
                registry.tags[body["key"]] = body["value"]
                self.answer(200, {})

            def answer(self, status: int, content: dict[str, Any]) -> None:
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
