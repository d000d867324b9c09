"""Whether anybody answers at the addresses that a person gives."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import requests

from harness.wire.address import without_password
from harness.wire.client import HttpClient

ANSWER_TIMEOUT_S = (3.0, 10.0)  # to connect and to answer


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
