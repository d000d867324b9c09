"""A request that is refused, or never ends, gives back whatever it took.

A slot of a pool, a lock or a permit that one kind of request keeps is missed once all are taken.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from harness.verdict.checks import Figures
from harness.wire import HANG_TIMEOUT_S
from tests.houses.api import House, PriceApi
from tests.houses.cases import MARK
from tests.houses.domain import Domain
from tests.houses.raw_request import post

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

TIMES = 200
"""Of each way. Pools of threads, connections and permits are smaller."""
PATHS = ("/predict", "/predict/batch")
JSON = {"Content-Type": "application/json"}
TOO_LARGE = b" " * (3 << 19)  # bytes
Way = Callable[[PriceApi, str, House], object]


def body_of(path: str, house: Mapping[str, Any]) -> bytes:
    return json.dumps(house if path == "/predict" else {"houses": [house]}).encode()


def invalid(api: PriceApi, path: str, house: House) -> object:
    wrong = {**house, next(iter(house)): {MARK: MARK}}
    return api.refusal(path, data=body_of(path, wrong), headers=JSON)


def empty(api: PriceApi, path: str, house: House) -> object:  # as other ways
    return api.refusal(path, data=b"{}", headers=JSON)


def no_json(api: PriceApi, path: str, house: House) -> object:
    return api.refusal(path, data=body_of(path, house)[:-1], headers=JSON)


def no_media_type(api: PriceApi, path: str, house: House) -> object:
    return api.refusal(path, data=body_of(path, house), headers={"Content-Type": "text/plain"})


def too_large(api: PriceApi, path: str, house: House) -> object:
    """Refused by its head."""
    return api.refusal(path, data=TOO_LARGE, headers=JSON)


def too_large_in_parts(api: PriceApi, path: str, house: House) -> object:
    """Refused once it is there."""
    with PriceApi(api.address) as client, suppress(requests.ConnectionError):
        # Where the API closes the connection before all was sent, there is no answer to look at.
        return client.post(path, data=iter([TOO_LARGE]), headers=JSON)
    return None


def other_method(api: PriceApi, path: str, house: House) -> object:
    return api.request("PUT", path, json=house)


def left(api: PriceApi, path: str, house: House) -> object:
    """The client leaves in the middle of the body."""
    request = post(body_of(path, house), path)
    port = urlsplit(api.address).port
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_TIMEOUT_S) as connection:
        connection.sendall(request[:-5])
    return None


def left_unanswered(api: PriceApi, path: str, house: House) -> object:
    """The client leaves before the answer."""
    port = urlsplit(api.address).port
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_TIMEOUT_S) as connection:
        connection.sendall(post(body_of(path, house), path))
    return None


WAYS: dict[str, Way] = {
    "of an invalid house": invalid,
    "without a house": empty,
    "that is not JSON": no_json,
    "of another media type": no_media_type,
    "that is too large": too_large,
    "that turns out to be too large": too_large_in_parts,
    "with another method": other_method,
    "whose client left while it sent": left,
    "whose client left before the answer": left_unanswered,
}


@pytest.mark.check("state.many-refusals")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("way", WAYS)
def test_after_200_requests_that_got_no_price_all_others_still_do(
    api: PriceApi, local_model: LocalModel, domain: Domain, figure: Figures, path: str, way: str
) -> None:
    houses, house = domain.drawn(20), domain.drawn(1)[0]
    times, told = TIMES, f"requests to {path} {way}"
    try:
        for number in range(times):
            WAYS[way](api, path, house)
            if number % 10 == 9:  # else connections pile up that it had no turn to close yet
                assert api.get("/health/live").status_code == 200
        figure(told, times)
        answers = [api.predict(house), *api.predict_batch(houses)]
    except requests.RequestException as error:
        raise AssertionError(
            f"after some {told}, the API answers no more: {type(error).__name__}"
        ) from error

    expected = [local_model.figures(asked) for asked in (house, *houses)]
    assert [answer.figures for answer in answers] == expected, f"another price after {told}"
