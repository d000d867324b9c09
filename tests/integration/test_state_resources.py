"""Whatever is asked of the API thousands of times, it holds no more memory, threads or descriptors.

Each request is unlike all before it: what is kept once for each of them grows for ever. The API is
a sidecar that tells how many bytes of its heap are in use: how fast the machine is and what else
runs on it do not show there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import product

import pytest
import requests

from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar
from harness.verdict.checks import Figures
from tests.houses.api import House, PriceApi
from tests.houses.cases import too_large
from tests.houses.containers import WORKER
from tests.houses.domain import Domain
from tests.houses.raw_request import post, send_and_leave
from tests.houses.resources import growth, measured

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("resources")]

API_PORT = 8000

# The lower end of the slope's interval must not be above these: it surely grows then.
HEAP_A_REQUEST = 100  # bytes; caches that fill up take 20
HEAP_A_BATCH = 500  # bytes, of 50 houses
MEMORY_A_REQUEST = 1_000  # bytes that no heap knows of; the system gives them in steps
KINDS = ("price", "batch", "refusal", "head", "elsewhere", "about", "dropped", "large", "left")
JSON = {"Content-Type": "application/json"}
# What is refused before the body is looked at.
HEADS: tuple[dict[str, str], ...] = (
    {},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/json; charset=utf-16"},
    {**JSON, "Content-Encoding": "gzip"},
)
PATHS = ("/predict", "/predict/batch")
PART = 32_000  # bytes
THINGS_A_REQUEST = 0.005  # threads, descriptors: one in 200 requests that is never given back


def lots(kind: str) -> int:
    """Calls between two samples, fewer of those that cost more; two kinds make several requests."""
    return {"batch": 20, "large": 10, "refusal": 20, "head": 20}.get(kind, 100)


def send_too_much(api: PriceApi, size: int, number: int) -> None:
    """A body of ``size`` bytes that turns out to be too large only when it is there."""
    parts = (f"{number:08}".encode() * (PART // 8) for _ in range(0, size, PART))
    with PriceApi(api.address) as sending, suppress(requests.ConnectionError):
        # Where the API closes the connection before all was sent, there is no answer to look at.
        assert sending.post("/predict", data=parts, headers=JSON).status_code == 413


def leave_while_sending(api: PriceApi, number: int) -> None:
    """A client that leaves in the middle of a body that is not small."""
    body = f"{number:08}".encode() * (PART // 8)
    send_and_leave(api.address, post(body)[:-1])
    if number % 10 == 9:  # else connections pile up that it had no turn to close yet
        assert api.get("/health/live").status_code == 200


def ask_wrongly(api: PriceApi, house: House, number: int) -> None:
    """Bodies of which each is refused for another reason."""
    key, first = f"unknown-{number}", next(iter(house))
    bodies = [
        json.dumps({**house, key: number}),
        f'{{"{key}"',
        json.dumps({key: [number]}),
        json.dumps({**house, first: {key: number}}),
        json.dumps({**house, first: float("nan")}),
        f'{{"{key}": 1, "{key}": 1}}',
        "[" * 500 + str(number),
        json.dumps({"houses": []}),
        json.dumps({"houses": [{key: number}]}),
    ]
    for body, path in product(bodies, PATHS):
        api.refusal(path, data=body, headers=JSON)


def ask_with_wrong_head(api: PriceApi, number: int) -> None:
    for headers, path in product(HEADS, PATHS):
        api.refusal(path, data=f"{number}".encode(), headers=headers)


@pytest.fixture(scope="module")
def measured_api(
    compose_stack: ComposeStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sidecar]:
    """An API whose heap can be read, and that nobody else asks."""
    folder = tmp_path_factory.mktemp("heap-probe")
    name = f"measured-api-{WORKER}"
    with measured(compose_stack, "fastapi", folder, name=name, port=API_PORT) as sidecar:
        yield sidecar


@pytest.fixture
def client(measured_api: Sidecar) -> Iterator[PriceApi]:
    with PriceApi(measured_api.address) as opened:
        yield opened


@pytest.fixture
def doings(client: PriceApi, domain: Domain) -> dict[str, Callable[[int], None]]:
    """What to do for the n-th time."""

    def price(number: int) -> None:
        [house] = domain.drawn(1)
        answer = client.post("/predict", json=house, headers={"X-Request-ID": f"price-{number}"})
        assert answer.status_code == 200, answer.text

    def batch(number: int) -> None:
        answer = client.post("/predict/batch", json={"houses": domain.drawn(50)})
        assert answer.status_code == 200, answer.text

    def refusal(number: int) -> None:
        ask_wrongly(client, domain.drawn(1)[0], number)

    def elsewhere(number: int) -> None:
        assert client.get(f"/unknown-{number}").status_code == 404
        assert client.request(f"VERB{number}", "/predict").status_code == 405
        assert client.get("/health", params={"query": number}).status_code == 200

    def about(number: int) -> None:
        for path in ("/health/live", "/health/ready", "/schema", "/model", "/metrics"):
            assert client.get(path, headers={"X-Request-ID": f"{number}"}).status_code == 200

    def dropped(number: int) -> None:
        """A connection that ends before, within or after its request."""
        [house] = domain.drawn(1)
        request = post(json.dumps(house).encode())
        send_and_leave(client.address, request[: number * 37 % (len(request) + 1)])
        if number % 10 == 9:  # else connections pile up that it had no turn to close yet
            assert client.get("/health/live").status_code == 200

    return {
        "price": price,
        "batch": batch,
        "refusal": refusal,
        "head": partial(ask_with_wrong_head, client),
        "elsewhere": elsewhere,
        "about": about,
        "dropped": dropped,
        "large": partial(send_too_much, client, len(too_large(domain.inputs.values()))),
        "left": partial(leave_while_sending, client),
    }


@pytest.mark.check("state.memory")
@pytest.mark.parametrize("kind", KINDS)
def test_the_api_keeps_less_than_100_bytes_and_no_thread_or_descriptor_of_a_request(
    measured_api: Sidecar, doings: dict[str, Callable[[int], None]], kind: str, figure: Figures
) -> None:
    """Of a batch of 50 houses less than 500 bytes."""
    grown = growth(measured_api.name, doings[kind], lots(kind))

    # Before memory: what is never closed holds memory too, and is the cause.
    for things in ("descriptors", "threads"):
        found = grown[things]
        figure(f"growth of {things}", found.slope, "a request")
        assert found.low <= THINGS_A_REQUEST, f"{things} grow by this many a request: {found}"
    heap, memory = grown["heap"], grown["memory"]
    figure("growth of the heap", heap.slope, "bytes a request")
    figure("lower end of its interval", heap.low, "bytes a request")
    figure("growth of all memory", memory.slope, "bytes a request")
    most = HEAP_A_BATCH if kind == "batch" else HEAP_A_REQUEST
    assert heap.low <= most, f"memory grows by this many bytes a request: {heap}"
    assert memory.low <= MEMORY_A_REQUEST, (
        f"memory outside of the heap grows by this many bytes a request: {memory}"
    )
