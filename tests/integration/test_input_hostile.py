"""Requests that no honest client sends, byte by byte on a socket.

Sent to a stack booted here: elsewhere, a proxy in front answers some of them itself. The corpus
for unit tests and for the stack is one: tests/houses/hostile.py.
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.stack.running import ComposeStack
from harness.verdict.checks import Figures
from harness.wire.raw_http import HANG_TIMEOUT_S, Answer, Wire, get
from tests.houses import hostile
from tests.houses.api import PriceApi
from tests.houses.cases import typical
from tests.houses.raw_request import post

pytestmark = pytest.mark.containers

READY = get("/health/ready")
Document = dict[str, Any]


class Attack:
    """Sends one request at a time on connections to the API, and looks at every answer."""

    def __init__(self, address: str, document: Document) -> None:
        port = urlsplit(address).port
        assert port
        self._port = port
        self._paths: Document = document["paths"]
        self.milliseconds: list[float] = []

    def connect(self) -> Wire:
        return Wire(self._port, HANG_TIMEOUT_S)

    def answer(self, wire: Wire, request: bytes, allowed: set[int]) -> Answer:
        """The answer to ``request``, after it was found to be a decent one."""
        begun = time.perf_counter()
        wire.send(request)
        try:
            answer = wire.answer()
        except TimeoutError:
            seconds = time.perf_counter() - begun
            raise AssertionError(f"the API hangs: no answer in {seconds:.1f} s") from None
        self.milliseconds.append(1000 * (time.perf_counter() - begun))
        assert answer.status in allowed
        assert str(answer.status) in self._documented(request, answer.status)
        assert [echo for echo in hostile.ECHOES if echo in answer.body] == [], "echoed"
        assert "x-evil" not in answer.headers
        if answer.status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status
            assert len(answer.body) < 10_000
        return answer

    def _documented(self, request: bytes, status: int) -> set[str]:
        """The statuses that the OpenAPI document has for the request, where it knows its path."""
        line = request.partition(b"\r\n")[0].decode("latin-1")
        method, _, rest = line.partition(" ")
        operations = self._paths.get(rest.partition(" ")[0].partition("?")[0], {})
        known = operations.get(method.lower())
        responses = [known] if known else list(operations.values())
        return {status for one in responses for status in one["responses"]} or {str(status)}


@pytest.fixture
def attack(compose_stack: ComposeStack, api: PriceApi) -> Attack:
    return Attack(compose_stack.url("fastapi"), api.openapi())


def note(figure: Figures, attack: Attack) -> None:
    figure("hostile requests", len(attack.milliseconds), at_least=1)
    slowest = max(attack.milliseconds)
    figure("slowest answer", slowest, "ms", at_most=1000 * HANG_TIMEOUT_S)


@pytest.mark.check("input.hostile-bodies")
def test_a_hostile_body_is_answered_decently_and_the_connection_goes_on(
    attack: Attack, schema: dict[str, Any], figure: Figures, subtests: pytest.Subtests
) -> None:
    inputs = schema["inputs"]
    good = post(json.dumps(typical(inputs)).encode())
    for name, (body, allowed) in hostile.bodies(inputs).items():
        with subtests.test(name), attack.connect() as wire:
            attack.answer(wire, post(body), allowed)
            attack.answer(wire, good, {200})

    note(figure, attack)


@pytest.mark.check("input.hostile-batches")
def test_a_hostile_house_in_a_batch_is_answered_decently_and_the_connection_goes_on(
    attack: Attack, schema: dict[str, Any], figure: Figures, subtests: pytest.Subtests
) -> None:
    for name, (body, allowed) in hostile.bodies(schema["inputs"]).items():
        batch = post(b'{"houses":[' + body + b"]}", "/predict/batch")
        with subtests.test(name), attack.connect() as wire:
            # In the middle of a batch some become another mistake: nothing is an empty list, two
            # houses in a row lack a comma.
            attack.answer(wire, batch, allowed if allowed == {200} else {400, 413, 422})
            attack.answer(wire, READY, {200})

    note(figure, attack)


@pytest.mark.check("input.hostile-headers")
def test_hostile_headers_are_answered_decently_and_the_connection_goes_on(
    attack: Attack, schema: dict[str, Any], figure: Figures, subtests: pytest.Subtests
) -> None:
    for name, (request, allowed) in hostile.headers(schema["inputs"]).items():
        with subtests.test(name), attack.connect() as wire:
            attack.answer(wire, request, allowed)
            attack.answer(wire, READY, {200})

    note(figure, attack)


@pytest.mark.check("input.not-http")
def test_what_is_not_http_is_answered_once_and_its_connection_closed(
    attack: Attack, figure: Figures, subtests: pytest.Subtests
) -> None:
    for name, (request, allowed) in hostile.unreadable().items():
        with subtests.test(name):
            with attack.connect() as wire:
                answer = attack.answer(wire, request, allowed)
                assert answer.headers["connection"] == "close"
                assert wire.closed()
            with attack.connect() as wire:
                attack.answer(wire, READY, {200})

    note(figure, attack)


@pytest.mark.check("input.corpus")
def test_the_corpus_of_hostile_requests_is_as_large_as_promised(
    schema: dict[str, Any], figure: Figures
) -> None:
    bodies, headers = hostile.bodies(schema["inputs"]), hostile.headers(schema["inputs"])

    figure("bodies and headers", len(bodies) + len(headers), at_least=120)
    figure("requests that are not HTTP", len(hostile.unreadable()), at_least=20)
