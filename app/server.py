"""Runs uvicorn as this service needs it."""

from __future__ import annotations

from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.protocol import DeadlineProtocol
from app.service import Service

STOP_TIMEOUT_S = 10
"""In-flight requests get this long after SIGTERM. Whoever stops the process should wait longer."""


class Server(uvicorn.Server):
    """Tells the service that it is stopping before the port closes."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.stopping = True
        super().handle_exit(sig, frame)


def server(app: FastAPI, service: Service, host: str, port: int) -> Server:
    """A server that is not running yet."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=DeadlineProtocol,
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,  # ours is set already
        access_log=False,  # app.observe writes the one line per request
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    return Server(config, service)


def serve(app: FastAPI, service: Service, host: str, port: int) -> None:
    """Serves on the interfaces of ``host`` until SIGTERM or SIGINT."""
    server(app, service, host, port).run()
