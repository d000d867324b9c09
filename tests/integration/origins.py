"""Requests as pages of other origins make them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

from harness.wire.client import HttpClient
from tests.houses.api import PriceApi
from tests.houses.tracker import MlflowApi

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PREFLIGHT = {
    "Access-Control-Request-Headers": "content-type, authorization, x-request-id",
    "Access-Control-Request-Private-Network": "true",
}
JSON = {"Content-Type": "application/json"}
LOCAL = ["http://localhost:3000", "http://127.0.0.1:3000", "http://localhost"]
"""Other programs on this machine. MLflow and the form's sessions let them in by default."""


def foreign(address: str) -> list[str]:
    """Origins of pages that are none of this system's, some of them close to its own."""
    own = urlsplit(address)
    return [
        "https://evil.example",
        "http://evil.example:8501",
        f"http://{own.hostname}.evil.example:{own.port}",
        f"http://evil-{own.hostname}:{own.port}",
        "null",
    ]


def asked_from(client: HttpClient, path: str, **body: Any) -> Iterator[requests.Response]:
    """The answers to every method and preflight of ``path``, for pages of foreign origins."""
    local = [] if isinstance(client, MlflowApi) else LOCAL
    for number, origin in enumerate([*foreign(client.address), *local]):
        # One origin with all methods; what depends on the origin depends on it for all of them.
        for method in METHODS if number == 0 else ("GET", "POST", "OPTIONS"):
            headers = {"Origin": origin, "Cookie": "session=1"}
            if method == "OPTIONS":
                for wanted in ("GET", "POST", "DELETE"):
                    asks = {**headers, **PREFLIGHT, "Access-Control-Request-Method": wanted}
                    yield client.request(method, path, headers=asks)
                continue
            if method == "POST":
                headers |= JSON
                yield client.request(method, path, headers=headers, **body)
                continue
            yield client.request(method, path, headers=headers)


def paths_of(api: PriceApi) -> list[str]:
    """All addresses of the API, and one that it does not have."""
    documented = list(api.openapi()["paths"])
    return [
        *documented,
        "/",
        "/docs",
        "/openapi.json",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/no/such/place",
    ]
