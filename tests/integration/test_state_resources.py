"""Whatever is asked of the API thousands of times, it holds no more memory, threads or descriptors.

Each request is unlike all before it: what is kept once for each of them grows for ever.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from harness.stack.running import ComposeStack
from harness.verdict.checks import Figures
from harness.wire import HANG_TIMEOUT_S
from tests.houses.api import PriceApi
from tests.houses.domain import Domain
from tests.houses.raw_request import post
from tests.houses.resources import growth

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("resources")]

# The lower end of the slope's interval must not be above these: it surely grows then.
BYTES_A_REQUEST = 300  # a kept request id and answer take more
BYTES_A_HOUSE_OF_A_BATCH = 100
THINGS_A_REQUEST = 0.005  # threads, descriptors: one in 200 requests that is never given back


def lots(kind: str) -> int:
    """Requests between two samples: batches cost more, and grow more."""
    return 20 if kind == "batch" else 100


@pytest.fixture
def doings(api: PriceApi, domain: Domain) -> dict[str, Callable[[int], None]]:
    """What to do for the n-th time."""
    port = urlsplit(api.address).port
    assert port

    def price(number: int) -> None:
        [house] = domain.drawn(1)
        api.post("/predict", json=house, headers={"X-Request-ID": f"price-{number}"})

    def batch(number: int) -> None:
        answer = api.post("/predict/batch", json={"houses": domain.drawn(50)})
        assert answer.status_code == 200, answer.text

    def refusal(number: int) -> None:
        [house] = domain.drawn(1)
        key = f"unknown-{number}"
        bodies = [json.dumps({**house, key: number}), f'{{"{key}"', json.dumps({key: [number]})]
        for body in bodies:
            api.refusal("/predict", data=body, headers={"Content-Type": "application/json"})

    def elsewhere(number: int) -> None:
        assert api.get(f"/unknown-{number}").status_code == 404
        assert api.request(f"VERB{number}", "/predict").status_code == 405
        assert api.get("/health", params={"query": number}).status_code == 200

    def about(number: int) -> None:
        for path in ("/health/live", "/health/ready", "/schema", "/model", "/metrics"):
            assert api.get(path, headers={"X-Request-ID": f"{number}"}).status_code == 200

    def dropped(number: int) -> None:
        """A connection that ends before, within or after its request."""
        [house] = domain.drawn(1)
        request = post(json.dumps(house).encode())
        with socket.create_connection(("127.0.0.1", port), timeout=HANG_TIMEOUT_S) as connection:
            connection.sendall(request[: number * 37 % (len(request) + 1)])
        if number % 10 == 9:  # else connections pile up that it had no turn to close yet
            assert api.get("/health/live").status_code == 200

    return {
        "price": price,
        "batch": batch,
        "refusal": refusal,
        "elsewhere": elsewhere,
        "about": about,
        "dropped": dropped,
    }


@pytest.mark.check("state.memory")
@pytest.mark.parametrize("kind", ["price", "batch", "refusal", "elsewhere", "about", "dropped"])
def test_the_api_holds_no_more_for_each_request_of_a_kind(
    compose_stack: ComposeStack,
    doings: dict[str, Callable[[int], None]],
    kind: str,
    figure: Figures,
) -> None:
    count = lots(kind)
    grown = growth(compose_stack, "fastapi", doings[kind], count)
    per_request = 50 * BYTES_A_HOUSE_OF_A_BATCH if kind == "batch" else BYTES_A_REQUEST

    # Before memory: what is never closed holds memory too, and is the cause.
    for things in ("descriptors", "threads"):
        found = grown[things]
        figure(f"growth of {things}", found.slope, "a request")
        assert found.low <= THINGS_A_REQUEST, f"{things} grow by this many a request: {found}"
    memory = grown["memory"]
    figure("growth of memory", memory.slope, "bytes a request")
    figure("lower end of its interval", memory.low, "bytes a request")
    assert memory.low <= per_request, f"memory grows by this many bytes a request: {memory}"
