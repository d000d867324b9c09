"""Addresses that a person gives: whether they are one, and what of them may be shown."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_EXAMPLE = "give one such as http://localhost:8000"
_SCHEME = re.compile(r"\w+:/+")
_HOST_AND_PATH = re.compile(r"(\[[^\]]*\]|[^:/]*)(:\d+)?(/.*)?")


def checked(address: str) -> str:
    """``address`` without a slash at the end.

    Raises:
        ValueError: it is none, with the cause and the fix.
    """
    shown = without_password(address)
    if not address.startswith(("http://", "https://")):
        bare = _SCHEME.sub("", shown).lstrip("/") or "localhost:8000"
        cause = f"{shown!r} does not begin with http:// or https://"
        raise ValueError(f"{cause}. Fix: did you mean http://{bare}?")
    if "?" in address or "#" in address:
        raise ValueError(f"{shown!r} is more than an address. Fix: leave out what follows ? or #")
    try:
        parts = urlsplit(address)
        names_a_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # its words may hold a part of a password
        names_a_host = False
    if not names_a_host or any(letter.isspace() for letter in address):
        raise ValueError(f"{shown!r} names no host, or no port of one. Fix: {_EXAMPLE}")
    if "@" in parts.path:
        raise ValueError(f"{shown!r} has a @ after its host. Fix: in a password, write / as %2F")
    return address.rstrip("/")


def login_of(address: str) -> tuple[str, tuple[str, str] | None]:
    """An address without its user and password, and these two where it has them."""
    parts = urlsplit(address)
    if parts.username is None:
        return address, None
    user, password = unquote(parts.username), unquote(parts.password or "")
    return without_password(address), (user, password)


def without_password(address: str) -> str:
    """``address`` as it may be shown: without user, password and parameters.

    Also of what is no address: whatever may be a password in it is left out.
    """
    scheme = found[0] if (found := _SCHEME.match(address)) else ""
    rest = re.split(r"[?#]", address[len(scheme) :].rpartition("@")[2])[0]
    if _HOST_AND_PATH.fullmatch(rest):
        return scheme + rest
    return scheme + rest.partition(":")[0] + ":…"
