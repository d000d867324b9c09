"""Many houses under way at once: each gets its own price, and none waits long."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from harness.stack.running import ComposeStack
from harness.verdict.checks import Figures
from harness.wire.raw_http import Wire
from tests.houses.api import PriceApi, Value
from tests.houses.bundle import GoldenRow
from tests.houses.raw_request import post

CONNECTIONS, REQUESTS, PIPELINED, TIMED = 8, 40, 30, 300
SLOWEST_PRICE = 25
"""A price may take as long as so many answers without a model. It takes about two; one that waits
for a second service, a file or a lock takes hundreds."""


def wrong_prices(address: str, rows: list[GoldenRow]) -> list[dict[str, Value]]:
    """The houses that got another price than that of training, on a connection of their own."""
    with PriceApi(address) as client:
        return [row.inputs for row in rows if client.predict(row.inputs).figures != row.figures]


def wrong_batch(address: str, rows: list[GoldenRow]) -> list[dict[str, Value]]:
    with PriceApi(address) as client:
        answers = client.predict_batch([row.inputs for row in rows])
    return [row.inputs for row, a in zip(rows, answers, strict=True) if a.figures != row.figures]


@pytest.mark.check("prediction.interleaved")
def test_houses_in_turn_on_one_connection_have_their_own_prices(
    api: PriceApi, golden: list[GoldenRow]
) -> None:
    """The price of the request before is red here."""
    modest = min(golden, key=lambda row: row.price)
    grand = max(golden, key=lambda row: row.price)

    assert modest.figures != grand.figures
    wrong = wrong_prices(api.address, [modest, grand, grand, modest] * 5)
    assert wrong == [], "a house has the price of another one"


@pytest.mark.check("prediction.concurrent")
def test_houses_at_once_on_many_connections_have_their_own_prices(
    api: PriceApi, golden: list[GoldenRow]
) -> None:
    """Singles and batches, each connection with its houses in another order."""
    shares = [(golden[at::CONNECTIONS] * REQUESTS)[:REQUESTS] for at in range(CONNECTIONS)]
    with ThreadPoolExecutor(2 * CONNECTIONS) as pool:
        singles = [pool.submit(wrong_prices, api.address, share) for share in shares]
        batches = [pool.submit(wrong_batch, api.address, share[::-1]) for share in shares]
        wrong = [house for future in singles + batches for house in future.result()]

    assert wrong == [], "a house has the price of another one"


@pytest.mark.check("prediction.pipelined")
@pytest.mark.containers
def test_houses_sent_without_waiting_are_answered_in_order(
    compose_stack: ComposeStack, golden: list[GoldenRow]
) -> None:
    """On a socket, which no proxy may come between."""
    port = urlsplit(compose_stack.url("fastapi")).port
    assert port
    rows = golden[:PIPELINED]
    with Wire(port) as wire:
        wire.send(b"".join(post(json.dumps(row.inputs).encode()) for row in rows))
        answers = [wire.answer().json() for _ in rows]

    got = [(answer["price"], answer["lower"], answer["upper"]) for answer in answers]
    assert got == [row.figures for row in rows]


@pytest.mark.check("prediction.latency")
def test_a_price_comes_at_once(api: PriceApi, golden: list[GoldenRow], figure: Figures) -> None:
    """Compared with an answer that needs no model, asked for in turn: both wait for the machine."""
    milliseconds, without_model = [], []
    for number in range(TIMED):
        begun = time.perf_counter()
        api.predict(golden[number % len(golden)].inputs)
        between = time.perf_counter()
        api.get("/health/live")
        milliseconds.append(1000 * (between - begun))
        without_model.append(1000 * (time.perf_counter() - between))

    figure.samples("time to a price", milliseconds, "ms")
    ordered, reference = sorted(milliseconds), sorted(without_model)
    median = ordered[TIMED // 2]
    figure("median time to a price", median, "ms")
    figure("99 of 100 prices within", ordered[TIMED * 99 // 100], "ms")
    times = median / reference[TIMED // 2]
    figure("a price takes as long as", times, "answers without a model", at_most=SLOWEST_PRICE)
