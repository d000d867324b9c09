"""A request that is refused, or never ends, gives back whatever it took.

A slot of a pool, a lock or a permit that one kind of request keeps is missed once all are taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from harness.verdict.checks import Figures
from tests.houses.api import House, PriceApi, Refusal
from tests.houses.cases import MARK, too_large
from tests.houses.domain import Domain
from tests.houses.raw_request import post, send_and_leave

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

TIMES = 200
"""Of each way. Pools of threads, connections and permits are smaller."""
PATHS = ("/predict", "/predict/batch")
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Client:
    """Who asks for a price and gets none.

    Attributes:
        api: that is asked.
        path: where.
        house: that it takes.
        too_large: a body that it does not take.
    """

    api: PriceApi
    path: str
    house: House
    too_large: bytes

    def body(self, **changes: Any) -> bytes:
        house = {**self.house, **changes}
        return json.dumps(house if self.path == "/predict" else {"houses": [house]}).encode()

    def refused(self, body: bytes, headers: Mapping[str, str] = JSON) -> Refusal:
        return self.api.refusal(self.path, data=body, headers=headers)


def invalid(client: Client) -> None:
    client.refused(client.body(**{next(iter(client.house)): {MARK: MARK}}))


def empty(client: Client) -> None:
    client.refused(b"{}")


def no_json(client: Client) -> None:
    client.refused(client.body()[:-1])


def no_media_type(client: Client) -> None:
    client.refused(client.body(), {"Content-Type": "text/plain"})


def refused_by_its_head(client: Client) -> None:
    assert client.refused(client.too_large).status == 413


def refused_once_it_is_there(client: Client) -> None:
    with PriceApi(client.api.address) as sending, suppress(requests.ConnectionError):
        # Where the API closes the connection before all was sent, there is no answer to look at.
        answer = sending.post(client.path, data=iter([client.too_large]), headers=JSON)
        assert answer.status_code == 413


def other_method(client: Client) -> None:
    client.api.request("PUT", client.path, json=client.house)


def left_while_it_sent(client: Client) -> None:
    send_and_leave(client.api.address, post(client.body(), client.path)[:-5])


def left_before_the_answer(client: Client) -> None:
    send_and_leave(client.api.address, post(client.body(), client.path))


WAYS: dict[str, Callable[[Client], None]] = {
    "of an invalid house": invalid,
    "without a house": empty,
    "that is not JSON": no_json,
    "of another media type": no_media_type,
    "that is too large": refused_by_its_head,
    "that turns out to be too large": refused_once_it_is_there,
    "with another method": other_method,
    "whose client left while it sent": left_while_it_sent,
    "whose client left before the answer": left_before_the_answer,
}


@pytest.mark.check("state.many-refusals")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("way", WAYS)
def test_after_200_requests_that_got_no_price_all_others_still_do(
    api: PriceApi, local_model: LocalModel, domain: Domain, figure: Figures, path: str, way: str
) -> None:
    houses, house = domain.drawn(20), domain.drawn(1)[0]
    client = Client(api, path, house, too_large(domain.inputs.values()))
    times, told = TIMES, f"requests to {path} {way}"
    try:
        for number in range(times):
            WAYS[way](client)
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
