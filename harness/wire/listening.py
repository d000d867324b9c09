"""Whether anything answers at a TCP port, whatever it speaks."""

from __future__ import annotations

import socket

CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S = 2.0, 5.0
FIRST_BYTE_TIMEOUT_S = 1.0
"""A connection that stays open for so long leads somewhere."""
_REQUEST = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"


def why_silent(host: str, port: int) -> str | None:
    """Why nothing answers; None where something does.

    That a connection is accepted proves nothing: the engine's proxy accepts it for a container in
    which nobody listens, and closes it. So an HTTP request must be answered, or, for a server that
    speaks something else, a connection on which nothing is said must stay open.
    """
    try:
        if _first_byte(host, port, _REQUEST, ANSWER_TIMEOUT_S) in (None, b""):
            said = _first_byte(host, port, b"", FIRST_BYTE_TIMEOUT_S)
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
