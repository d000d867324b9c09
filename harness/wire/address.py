"""Addresses that a person gives: whether they are one, and whether anybody answers there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import requests

from harness.wire.client import HttpClient

ANSWER_TIMEOUT_S = (3.0, 10.0)  # to connect and to answer
_EXAMPLE = "give one such as http://localhost:8000"
# Not by urlsplit: what is no address must not be shown with a password either.
_LOGIN = re.compile(r"^((?:\w+:)?//)?[^/?#]*@")


def checked(address: str) -> str:
    """``address`` without a slash at the end.

    Raises:
        ValueError: it is none, with the cause and the fix.
    """
    shown = without_password(address)
    try:
        parts = urlsplit(address)
        port_is_valid = parts.port != 0
    except ValueError as error:
        raise ValueError(f"{shown!r} is no address: {error}. Fix: {_EXAMPLE}") from None
    if parts.scheme not in ("http", "https") or not address.startswith(f"{parts.scheme}://"):
        bare = shown.rpartition("://")[2].lstrip("/") or "localhost:8000"
        cause = f"{shown!r} does not begin with http:// or https://"
        raise ValueError(f"{cause}. Fix: did you mean http://{bare}?")
    if not parts.hostname or not port_is_valid or any(letter.isspace() for letter in address):
        raise ValueError(f"{shown!r} names no host, or no port of one. Fix: {_EXAMPLE}")
    if parts.query or parts.fragment:
        raise ValueError(f"{shown!r} is more than an address. Fix: leave out what follows ? or #")
    return address.rstrip("/")


def without_password(address: str) -> str:
    """``address`` as it may be shown: without the user and the password that it may hold."""
    return _LOGIN.sub(r"\1", address, count=1)


def unanswered(addresses: Mapping[str, str]) -> list[str]:
    """Those of service -> address that do not answer, with the cause. Asks all at once."""
    with ThreadPoolExecutor() as pool:
        causes = pool.map(_why_silent, addresses.values())
        found = zip(addresses.items(), causes, strict=True)
        return [f"{name} at {without_password(url)}: {why}" for (name, url), why in found if why]


def _why_silent(address: str) -> str | None:
    try:
        with HttpClient(address) as client:
            client.get("/", timeout=ANSWER_TIMEOUT_S, stream=True).close()
    except requests.exceptions.SSLError:
        return "it does not speak https as it should"
    except requests.ConnectTimeout:
        return f"nobody answers within {ANSWER_TIMEOUT_S[0]:g} s"
    except requests.Timeout:
        return f"it accepts connections and does not answer within {ANSWER_TIMEOUT_S[1]:g} s"
    except requests.RequestException as error:
        return _cause(error)
    return None


def _cause(error: Exception) -> str:
    said = str(error)
    if "resolve" in said or "Name or service not known" in said:
        return "there is no host of that name"
    if "refused" in said:
        return "nobody listens there (connection refused)"
    return f"it does not answer in HTTP ({type(error).__name__})"
