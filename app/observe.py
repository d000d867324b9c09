"""The outermost layer of every request: its id, its time, its log line, its metrics, its last net.

Written against ASGI itself, because Starlette's own base class for this cannot see a client that
leaves and costs more than a prediction.
"""

from __future__ import annotations

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs, problems
from app.metrics import Metrics

log = logging.getLogger("app.requests")

HEADER = "X-Request-ID"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"}
_QUIET = ("/health", "/metrics")
MAX_HEAD_BYTES = 16 << 10
CLIENT_LEFT = 499  # in log and metrics only: there is no one left to answer


def new_request_id() -> str:
    return uuid4().hex


class Observe:
    """Answers HEAD as GET too: uvicorn leaves the body out."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        offered = Headers(scope=scope).get(HEADER, "")
        request_id = offered if _SANE_ID.fullmatch(offered) else new_request_id()
        logs.request_id.set(request_id)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        inner = dict(scope, method="GET" if method == "HEAD" else scope["method"])
        inner["state"] = {**scope.get("state", {}), "request_id": request_id}
        status = CLIENT_LEFT

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        try:
            if _head_bytes(scope) > MAX_HEAD_BYTES:
                answer = problems.response(problems.head_too_large(), request_id)
                await answer(inner, receive, send_with_headers)
            else:
                await self._app(inner, receive, send_with_headers)
        except ClientDisconnect:
            pass  # logged below with its own status
        except Exception:  # hidden from nobody: logged, then answered with 500 or raised
            log.exception("the request failed")
            if status != CLIENT_LEFT:
                raise  # half an answer is out: uvicorn closes the connection
            answer = problems.response(problems.internal_error(), request_id)
            await answer(inner, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            self._record(method, _template(inner), status, seconds)

    def _record(self, method: str, route: str, status: int, seconds: float) -> None:
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        level = logging.DEBUG if route.startswith(_QUIET) and status < 400 else logging.INFO
        fields = {
            "method": method,
            "path": route,
            "status": status,
            "duration_ms": round(seconds * 1000, 3),
        }
        log.log(level, "request", extra={logs.FIELDS: fields})


def _head_bytes(scope: Scope) -> int:
    """The size of address and headers. h11 has a limit of its own, but only counts what is not yet
    complete: headers that arrive in one piece pass it.
    """
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    return headers + len(scope["query_string"]) + len(scope.get("raw_path") or b"")


def _template(scope: Scope) -> str:
    """The route's own path, never the one that was asked for."""
    return getattr(scope.get("route"), "path", "unmatched")
