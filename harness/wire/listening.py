"""Whether anything answers at a TCP port, whatever it speaks."""

from __future__ import annotations

import socket
import time

from harness.wire import HANG_TIMEOUT_S

CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S = 2.0, 5.0
OPEN_S, TIMES_AS_LONG = 1.0, 20
"""A connection that stays open for so long leads somewhere: for a second at least, and for much
longer than it took to close another one just now."""
_REQUEST = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"


def why_silent(host: str, port: int) -> str | None:
    """Why nothing answers; None where something does.

    That a connection is accepted proves nothing: the engine's proxy accepts it for a container in
    which nobody listens, and closes it. So an HTTP request must be answered, or, for a server that
    speaks something else, a connection on which nothing is said must stay open.
    """
    try:
        begun = time.monotonic()
        first = _first_byte(host, port, _REQUEST, ANSWER_TIMEOUT_S)
        if first in (None, b""):
            closing_s = 0.0 if first is None else time.monotonic() - begun
            open_s = min(max(OPEN_S, TIMES_AS_LONG * closing_s), HANG_TIMEOUT_S)
            said = _first_byte(host, port, b"", open_s)
            return "it closes every connection" if said == b"" else None
    except OSError as error:
        return str(error)
    return None


def _first_byte(host: str, port: int, request: bytes, timeout_s: float) -> bytes | None:
    """What is answered first; nothing where the connection is closed, None where it stays open."""
    with socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S) as connection:
        connection.sendall(request)
        connection.settimeout(timeout_s)
        try:
            return connection.recv(1)
        except TimeoutError:
            return None
        except ConnectionResetError:
            return b""
