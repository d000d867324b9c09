"""Requests that no honest client sends, byte by byte on a socket.

Sent to a stack booted here: elsewhere, a proxy in front answers some of them itself. The corpus
for unit tests and for the stack is one: tests/houses/hostile.py.
"""

from __future__ import annotations

import json
import time
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.stack.running import ComposeStack
from harness.verdict.checks import Figures
from harness.wire import HANG_TIMEOUT_S
from harness.wire.raw_http import Answer, Wire, get
from tests.houses import hostile
from tests.houses.api import BATCH, PriceApi
from tests.houses.cases import typical
from tests.houses.raw_request import post

pytestmark = pytest.mark.containers

READY = get("/health/ready")
TRIES = 3
"""Times that a request is sent. Its fastest answer counts: a busy machine only adds to a time."""
USUAL, BATCHES = 20, 3
"""Honest requests, small ones and full batches, that show how fast this machine is just now."""
SLOWEST = 20
"""A hang: an answer that takes as long as so many to honest requests of its size. One takes up to
three; one that sleeps, searches or counts for seconds takes hundreds."""
Document = dict[str, Any]


class Attack:
    """Sends one request at a time on connections to the API, and looks at every answer.

    Args:
        address: of the API.
        document: its OpenAPI document.
        batch: an honest request, as large as one may be.
    """

    def __init__(self, address: str, document: Document, batch: bytes) -> None:
        port = urlsplit(address).port
        assert port
        self._port = port
        self._paths: Document = document["paths"]
        self._batch_size = len(batch)
        with self.connect() as wire:
            self._usual_ms = [self._timed(wire, READY)[1] for _ in range(USUAL)]
            self._batch_ms = median(self._timed(wire, batch)[1] for _ in range(BATCHES))
        self.times: list[float] = []

    def connect(self) -> Wire:
        return Wire(self._port)

    def fastest(self, request: bytes, allowed: set[int], then: bytes = READY) -> None:
        """Sends ``request`` and, on the same connection, ``then``; some times.

        Raises:
            AssertionError: an answer is not a decent one, or hangs.
        """
        taken_ms = []
        for _ in range(TRIES):
            with self.connect() as wire:
                taken_ms.append(self.answer(wire, request, allowed)[1])
                self._usual_ms.append(self.answer(wire, then, {200})[1])
        self.judge(request, min(taken_ms))

    def judge(self, request: bytes, taken_ms: float) -> None:
        """Holds an answer's time against that of honest requests of its size."""
        usual_ms = median(self._usual_ms) + self._batch_ms * len(request) / self._batch_size
        self.times.append(taken_ms / usual_ms)
        said = f"{taken_ms:.0f} ms, and an honest request of its size {usual_ms:.1f} ms"
        assert taken_ms <= SLOWEST * usual_ms, f"the API hangs: its answer took {said}"

    def answer(self, wire: Wire, request: bytes, allowed: set[int]) -> tuple[Answer, float]:
        """The answer to ``request``, after it was found to be a decent one, and its time in ms."""
        answer, taken_ms = self._timed(wire, request)
        assert answer.status in allowed
        assert str(answer.status) in self._documented(request, answer.status)
        assert [echo for echo in hostile.ECHOES if echo in answer.body] == [], "echoed"
        assert "x-evil" not in answer.headers
        if answer.status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status
            assert len(answer.body) < 10_000
        return answer, taken_ms

    def _timed(self, wire: Wire, request: bytes) -> tuple[Answer, float]:
        begun = time.perf_counter()
        wire.send(request)
        try:
            answer = wire.answer()
        except TimeoutError:
            raise AssertionError(f"the API hangs: no answer in {HANG_TIMEOUT_S:g} s") from None
        return answer, 1000 * (time.perf_counter() - begun)

    def _documented(self, request: bytes, status: int) -> set[str]:
        """The statuses that the OpenAPI document has for the request, where it knows its path."""
        line = request.partition(b"\r\n")[0].decode("latin-1")
        method, _, rest = line.partition(" ")
        operations = self._paths.get(rest.partition(" ")[0].partition("?")[0], {})
        known = operations.get(method.lower())
        responses = [known] if known else list(operations.values())
        return {status for one in responses for status in one["responses"]} or {str(status)}


@pytest.fixture
def good(schema: dict[str, Any]) -> bytes:
    """An honest house, as JSON."""
    return json.dumps(typical(schema["inputs"])).encode()


@pytest.fixture
def attack(compose_stack: ComposeStack, api: PriceApi, good: bytes) -> Attack:
    batch = post(b'{"houses":[' + b",".join([good] * BATCH) + b"]}", "/predict/batch")
    return Attack(compose_stack.url("fastapi"), api.openapi(), batch)


def note(figure: Figures, attack: Attack) -> None:
    figure("hostile requests", len(attack.times), at_least=1)
    figure("the slowest takes as long as", max(attack.times), "honest ones", at_most=SLOWEST)


@pytest.mark.check("input.hostile-bodies")
def test_a_hostile_body_is_answered_decently_and_the_connection_goes_on(
    attack: Attack,
    schema: dict[str, Any],
    good: bytes,
    figure: Figures,
    subtests: pytest.Subtests,
) -> None:
    for name, (body, allowed) in hostile.bodies(schema["inputs"]).items():
        with subtests.test(name):
            attack.fastest(post(body), allowed, then=post(good))

    note(figure, attack)


@pytest.mark.check("input.hostile-batches")
def test_a_hostile_house_in_a_batch_is_answered_decently_and_the_connection_goes_on(
    attack: Attack, schema: dict[str, Any], figure: Figures, subtests: pytest.Subtests
) -> None:
    for name, (body, allowed) in hostile.bodies(schema["inputs"]).items():
        batch = post(b'{"houses":[' + body + b"]}", "/predict/batch")
        with subtests.test(name):
            # In the middle of a batch some become another mistake: nothing is an empty list, two
            # houses in a row lack a comma.
            attack.fastest(batch, allowed if allowed == {200} else {400, 413, 422})

    note(figure, attack)


@pytest.mark.check("input.hostile-headers")
def test_hostile_headers_are_answered_decently_and_the_connection_goes_on(
    attack: Attack, schema: dict[str, Any], figure: Figures, subtests: pytest.Subtests
) -> None:
    for name, (request, allowed) in hostile.headers(schema["inputs"]).items():
        with subtests.test(name):
            attack.fastest(request, allowed)

    note(figure, attack)


@pytest.mark.check("input.not-http")
def test_what_is_not_http_is_answered_once_and_its_connection_closed(
    attack: Attack, figure: Figures, subtests: pytest.Subtests
) -> None:
    for name, (request, allowed) in hostile.unreadable().items():
        with subtests.test(name):
            taken_ms = []
            for _ in range(TRIES):
                with attack.connect() as wire:
                    answer, took_ms = attack.answer(wire, request, allowed)
                    taken_ms.append(took_ms)
                    assert answer.headers["connection"] == "close"
                    assert wire.closed()
                with attack.connect() as wire:
                    attack.answer(wire, READY, {200})
            attack.judge(request, min(taken_ms))

    note(figure, attack)


@pytest.mark.check("input.corpus")
def test_the_corpus_of_hostile_requests_is_as_large_as_promised(
    schema: dict[str, Any], figure: Figures
) -> None:
    bodies, headers = hostile.bodies(schema["inputs"]), hostile.headers(schema["inputs"])

    figure("bodies and headers", len(bodies) + len(headers), at_least=120)
    figure("requests that are not HTTP", len(hostile.unreadable()), at_least=20)
