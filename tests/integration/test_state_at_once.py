"""Requests that are under way at the same time do not get into each other's answers.

A batch takes long enough for many other requests to come and go meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from harness.verdict.checks import Figures
from tests.houses.api import BATCH, PriceApi
from tests.houses.domain import Domain

BATCHES = 5
OTHER_ID = "the request id of another request"


@pytest.mark.check("state.request-id-at-once")
def test_an_answer_carries_its_own_request_id_whatever_else_is_asked_meanwhile(
    api: PriceApi, domain: Domain, figure: Figures
) -> None:
    houses, over = domain.drawn(BATCH), Event()

    def priced(number: int) -> str | None:
        house = houses[number % BATCH]
        return wrong_id(api.address, "price", number, "/predict", house)

    def refused(number: int) -> str | None:
        return wrong_id(api.address, "refusal", number, "/predict", {"houses": []})

    def batch(number: int) -> str | None:
        return wrong_id(api.address, "batch", number, "/predict/batch", {"houses": houses})

    def until_over(ask: Callable[[int], str | None]) -> list[str | None]:
        found: list[str | None] = []
        while not over.is_set():
            found.append(ask(len(found)))
        return found

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(until_over, ask) for ask in (priced, refused)]
        try:
            batches = [batch(number) for number in range(BATCHES)]
        finally:
            over.set()
        meanwhile = [answer for asked in running for answer in asked.result()]

    figure("requests while a batch was under way", len(meanwhile), at_least=BATCHES)
    wrong = [answer for answer in (*batches, *meanwhile) if answer]
    assert wrong == [], f"{len(wrong)} answers carry {OTHER_ID}"


def wrong_id(
    address: str, kind: str, number: int, path: str, body: Mapping[str, Any]
) -> str | None:
    """What of an answer names another request, or None."""
    own = f"{kind}-{number}"
    with PriceApi(address) as client:
        answer = client.post(path, json=body, headers={"X-Request-ID": own})
    said = answer.json()["request_id"], answer.headers["x-request-id"]
    return None if said == (own, own) else f"{own} was answered with {said[0]} and {said[1]}"
