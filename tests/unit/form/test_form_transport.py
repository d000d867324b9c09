"""One exchange with a server that misbehaves: it ends in time, and leaves nothing running."""

from __future__ import annotations

import gc
import re
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

import transport
from errors import ApiNonsense, ApiTooSlow, ApiUnavailable
from harness.wire import HANG_TIMEOUT_S
from tests.unit.form.form_fake_api import FakeApi

NO_ANSWER: dict[str, Callable[[Any, Any], None]] = {
    "silence": lambda request, _: request.hang(),
    "headers": lambda request, _: request.trickle(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "body": lambda request, _: request.trickle(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
}


def get(address: str, timeout_s: float = HANG_TIMEOUT_S) -> transport.Reply:
    return transport.exchange("GET", address, headers={}, body=None, timeout_s=timeout_s)


@pytest.mark.parametrize("how", NO_ANSWER)
def test_the_time_is_for_the_whole_exchange(api: FakeApi, how: str) -> None:
    """The API ends it much later, and what is raised is another error then, or none."""
    api.answers["/"] = NO_ANSWER[how]

    with pytest.raises(ApiTooSlow):
        get(api.address, timeout_s=0.5)


def test_an_abandoned_exchange_hangs_up(api: FakeApi) -> None:
    api.answers["/"] = NO_ANSWER["headers"]
    with pytest.raises(ApiTooSlow):
        get(api.address, timeout_s=0.3)

    assert api.hung_up.wait(HANG_TIMEOUT_S), "the connection is still open"


def test_a_name_that_is_slow_to_resolve_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [over.wait(HANG_TIMEOUT_S)][:0])
    begun = monotonic()

    with pytest.raises(ApiTooSlow):
        get("http://gone.invalid", timeout_s=0.3)

    took = monotonic() - begun
    over.set()
    assert took < HANG_TIMEOUT_S, "it waited until the name was looked up"


def test_a_name_that_nobody_knows_is_an_api_that_cannot_be_reached() -> None:
    with pytest.raises(ApiUnavailable, match=r"gone\.invalid"):
        get("http://gone.invalid")


def test_a_proxy_of_the_environment_is_not_used(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    api.answers["/"] = lambda request, _: request.reply({})

    assert get(api.address).body == b"{}"


def test_an_endless_answer_is_refused(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_BODY", 1000)
    api.answers["/"] = lambda request, _: request.reply(b" " * 1001)

    with pytest.raises(ApiNonsense, match="longer"):
        get(api.address)

    gc.collect()  # a socket left open is an error now, and not in whichever test comes later


@pytest.mark.parametrize(
    "address", ["fastapi:8000", "ftp://x", "http://", "http://x:port", "http://.x"]
)
def test_an_address_that_is_none_names_itself(address: str) -> None:
    with pytest.raises(ApiUnavailable, match=re.escape(address)):
        get(address)
