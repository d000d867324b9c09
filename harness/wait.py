"""Waiting for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.errors import NotInTimeError


def wait_until(
    problem: Callable[[], str | None], *, what: str, seconds: float, hint: str, pause: float = 0.1
) -> float:
    """Calls ``problem`` until it returns None instead of what is still wrong.

    Args:
        problem: says in a few words what is still wrong, or None.
        what: the awaited condition, for the message.
        seconds: how long at most.
        hint: what to look at when the time is over.
        pause: seconds between two calls.

    Returns:
        The seconds that it took.

    Raises:
        NotInTimeError: naming the condition, the last problem and the hint.
    """
    begun = time.monotonic()
    while (last := problem()) is not None:
        if time.monotonic() - begun > seconds:
            raise NotInTimeError(
                f"{what}: not within {seconds:g} s. Last seen: {last}. Hint: {hint}"
            )
        time.sleep(pause)
    return time.monotonic() - begun


def probe(address: str) -> Callable[[], str | None]:
    """A question for :func:`wait_until`: why ``address`` does not answer 200, or None."""
    import requests

    from harness.client import HttpClient

    def problem() -> str | None:
        try:
            with HttpClient(address) as client:
                answer = client.get("", timeout=(2, 5))
        except requests.RequestException as error:
            return str(error)
        said = f"HTTP {answer.status_code}: {answer.text[:200]}"
        return None if answer.status_code == 200 else said

    return problem
