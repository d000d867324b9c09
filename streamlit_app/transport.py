"""One HTTP exchange that is over, one way or the other, when its time is up.

A timeout of ``requests`` or of a socket starts anew with each byte that arrives, and looking a
name up has none at all, so neither ends the wait for a server that trickles or for a container
whose name is gone. Here the exchange runs in a thread of its own and the caller waits for that.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from urllib.parse import urlsplit

THREAD = "exchange with the API"
LARGEST_BODY = 2_000_000  # bytes


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes


def exchange(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, seconds: float
) -> Reply:
    """Sends one request and reads the whole answer within ``seconds``, name lookup included.

    Raises TimeoutError when the time is up, another OSError when nobody can be reached,
    HTTPException for what is not HTTP and ValueError for an address that is none.
    """
    running = _Exchange(method, url, headers, body, seconds)
    thread = Thread(target=running.run, name=THREAD, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        running.abandon()
        raise TimeoutError(f"no complete answer within {seconds:.1f} s")
    if running.error is not None:
        raise running.error
    assert running.reply is not None
    return running.reply


class _Exchange:
    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        seconds: float,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not an http address; set API_URL to http://host:port")
        connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = connect(parts.hostname, parts.port, timeout=seconds)
        self._request = (method, parts.path or "/", body, dict(headers))
        self._socket: socket.socket | None = None
        self._abandoned = False
        self.reply: Reply | None = None
        self.error: OSError | HTTPException | ValueError | None = None

    def run(self) -> None:
        try:
            self._connection.connect()
            self._socket = self._connection.sock
            if self._abandoned:
                return
            self._connection.request(*self._request)
            # The socket stays open until the response is closed too, not only the connection.
            with self._connection.getresponse() as response:
                body = response.read(LARGEST_BODY + 1)
                if len(body) > LARGEST_BODY:
                    raise HTTPException(f"the answer is longer than {LARGEST_BODY} bytes")
                self.reply = Reply(response.status, body)
        except (OSError, HTTPException, ValueError) as error:
            self.error = error
        finally:
            self._connection.close()

    def abandon(self) -> None:
        """Ends the thread soon: what it reads from or writes to is closed under it."""
        self._abandoned = True
        if self._socket is not None:
            with suppress(OSError):  # it may have ended by itself in this moment
                self._socket.shutdown(socket.SHUT_RDWR)
