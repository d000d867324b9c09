"""HTTP/1.1 on a connection, with a limit on how long a request may take to arrive.

uvicorn has no such limit: a client that sends one byte a minute would hold its connection for
ever. h11 rather than httptools: it is pure Python and slower, but it caps the headers and refuses
ambiguous requests, and most of a request's millisecond is spent elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app import problems
from app.observe import HEADER, new_request_id
from app.problems import ProblemError
from app.request_body import REQUEST_TIMEOUT_S

_LINGER_TIMEOUT_S = 1.0
_ARRIVED = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)
_DETAILS = {
    400: "This is not a valid HTTP/1.1 request.",
    408: f"The request did not arrive within {REQUEST_TIMEOUT_S:g} seconds.",
    431: problems.head_too_large().detail,
}


class DeadlineProtocol(H11Protocol):
    """Closes connections whose request does not arrive; answers unreadable ones with a problem.

    The time runs from the first byte (or the opening of the connection) to the last of the body.
    Between requests uvicorn's own keep-alive timeout holds.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_clock()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._start_clock()
        super().data_received(data)
        nothing_begun = self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]
        if self.conn.their_state in _ARRIVED or nothing_begun:
            self._stop_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's signature
        """Called by uvicorn while it handles h11's exception, which knows the better status."""
        self._refuse(getattr(sys.exception(), "error_status_hint", 400))

    def _start_clock(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_TIMEOUT_S, self._too_late)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self.conn.trailing_data[0] and self.conn.our_state is h11.IDLE:
            self._refuse(408)
        elif self.cycle is None or self.cycle.response_complete:
            # Never a byte, or answered before the body was all here, and it still is not.
            self.transport.close()
        # else the application is reading the body, and has the same limit

    def _refuse(self, status: int) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()  # an answer is under way or out; another cannot follow
            return
        status = status if status in _DETAILS else 400
        request_id = new_request_id()
        problem = problems.body(ProblemError(status, _DETAILS[status]), request_id)
        content = json.dumps(problem).encode()
        headers = {
            "Content-Type": problems.MEDIA_TYPE,
            "Content-Length": str(len(content)),
            HEADER: request_id,
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
        }
        response = h11.Response(
            status_code=status,
            headers=list(headers.items()),
            reason=problems.TITLES[status].encode(),
        )
        for event in (response, h11.Data(data=content), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        # What still arrives is read and dropped for a moment: closing over unread data would reset
        # the connection, and the answer could be lost with it.
        self._refused = True
        self.transport.write_eof()
        self.flow.resume_reading()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # for the application, the client has left
            self.cycle.message_event.set()
        self.loop.call_later(_LINGER_TIMEOUT_S, self.transport.close)
