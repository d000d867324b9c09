"""A ``requests`` session that never waits for ever and goes straight to this machine."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import urlsplit

import requests

from harness.wire import HANG_TIMEOUT_S
from harness.wire.address import login_of


class HttpClient:
    """Requests to one address. Answers are returned whatever their status is.

    Attributes:
        address: without a slash at the end, and without the user and password that it came with.
    """

    def __init__(self, address: str) -> None:
        self._session = requests.Session()
        given, self._session.auth = login_of(address)
        self.address = given.rstrip("/")
        # The proxy of the environment is for the internet, not for ports of this machine.
        local = urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")
        self._session.trust_env = not local

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request; ``options`` are those of ``requests``, redirects are not followed."""
        options = {"timeout": HANG_TIMEOUT_S, "allow_redirects": False, **options}
        return self._session.request(method, self.address + path, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.request("POST", path, **options)
