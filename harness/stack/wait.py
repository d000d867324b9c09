"""Waiting for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from harness.errors import NotInTimeError
from harness.stack import diagnosis
from harness.wire import HANG_TIMEOUT_S
from harness.wire.address import without_password
from harness.wire.listening import why_silent


def wait_until(
    problem: Callable[[], str | None],
    *,
    what: str,
    hint: str,
    seconds: float = HANG_TIMEOUT_S,
    address: str = "",
    evidence: Callable[[], str] | None = None,
    pause: float = 0.1,
) -> float:
    """Calls ``problem`` until it returns None instead of what is still wrong.

    Args:
        problem: says in a few words what is still wrong, or None. May raise where no waiting helps.
        what: the awaited condition, for the message.
        hint: what to look at when the time is over.
        seconds: how long at most. It only ends a hang: nothing is judged by it.
        address: where it was awaited, if anywhere.
        evidence: is asked when the time is over, for the last log lines.
        pause: seconds between two calls.

    Returns:
        The seconds that it took.

    Raises:
        NotInTimeError: naming all of that and the last problem.
    """
    begun = time.monotonic()
    while (last := problem()) is not None:
        if time.monotonic() - begun > seconds:
            where = f" ({without_password(address)})" if address else ""
            said = f"{what}{where}: not within {seconds:g} s. Last seen: {last}. Hint: {hint}"
            raise NotInTimeError(f"{said}\n{evidence()}" if evidence else said)
        time.sleep(pause)  # between two looks at the condition
    return time.monotonic() - begun


def probe(address: str) -> Callable[[], str | None]:
    """A question for :func:`wait_until`: why ``address`` does not answer 200, or None."""
    import requests

    from harness.wire.client import HttpClient

    def problem() -> str | None:
        try:
            with HttpClient(address) as client:
                answer = client.get("", timeout=(2, 5))
        except requests.RequestException as error:
            return str(error)
        said = f"HTTP {answer.status_code}: {answer.text[:200]}"
        return None if answer.status_code == 200 else said

    return problem


def listens(address: str) -> Callable[[], str | None]:
    """A question for :func:`wait_until`: why nothing answers at ``address``, or None."""
    where = urlsplit(address)
    assert where.hostname is not None
    assert where.port is not None
    return partial(why_silent, where.hostname, where.port)


def wait_until_answers(
    name: str,
    address: str,
    asked: Callable[[], str | None],
    inspect: Callable[[], diagnosis.Container],
    seconds: float,
) -> None:
    """Waits until ``asked`` finds nothing wrong with ``address``, which the container that
    ``inspect`` shows has published.

    Raises:
        NotInTimeError: with the last log lines of the container; at once where it has ended.
    """
    restarts: list[int] = []

    def problem() -> str | None:
        if trouble := asked():
            container = inspect()
            restarts.append(container["RestartCount"])
            diagnosis.give_up(container, restarts[0])
        return trouble

    wait_until(
        problem,
        what=f"{name} answers through its port",
        address=address,
        seconds=seconds,
        hint="is its port published? docker ps shows it",
        evidence=lambda: diagnosis.last_lines(inspect()),
    )
