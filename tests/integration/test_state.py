"""An answer depends on the house alone: not on what was asked before, by whom, or how often."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from harness.verdict.checks import Figures
from tests.houses.api import House, Prediction, PriceApi
from tests.houses.cases import MARK
from tests.houses.domain import Domain

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

REQUESTS, BATCHES, CONNECTIONS, AT_ONCE = 4_000, 1_000, 150, 4
REMEMBERED = "the answer to another house"

# What servers, proxies and frameworks recognise a request by. None may stand for the house.
SAME = {
    "X-Request-ID": "one-and-the-same",
    "X-Correlation-ID": "one-and-the-same",
    "Request-Id": "one-and-the-same",
    "Idempotency-Key": "one-and-the-same",
    "X-Idempotency-Key": "one-and-the-same",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "Cookie": "session=one-and-the-same",
    "Authorization": "Bearer one-and-the-same",
    "X-Forwarded-For": "192.0.2.1",
    "User-Agent": "one-and-the-same",
    "If-None-Match": "*",
    "If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT",
    "Cache-Control": "only-if-cached, max-stale",
}


@pytest.fixture
def houses(domain: Domain) -> list[House]:
    """Houses of different prices."""
    dearest, cheapest = domain.extremes(3)
    return [*dearest, *cheapest, *domain.drawn(30)]


@pytest.fixture
def neighbours(domain: Domain, houses: list[House]) -> dict[str, list[tuple[House, House]]]:
    """For each input, pairs of houses that differ in it alone, and in price."""
    found: dict[str, list[tuple[House, House]]] = {}
    for base in houses[:12]:
        for name, other in domain.contrasts(base).items():
            found.setdefault(name, []).append((base, other))
    for first, second in domain.thresholds(bases=2):
        [name] = [name for name in first if first[name] != second[name]]
        found.setdefault(name, []).append((first, second))
    return found


def strangers(
    api: PriceApi, model: LocalModel, houses: Sequence[House], **options: Any
) -> list[House]:
    """The houses that, asked for one after the other, got another price than the model's."""
    wrong = []
    for house in houses:
        answer = api.post("/predict", json=house, **options)
        assert answer.status_code == 200, answer.text
        if Prediction(**answer.json()).figures != model.figures(house):
            wrong.append(house)
    return wrong


def strangers_in_batches(
    api: PriceApi, model: LocalModel, houses: Sequence[House], **options: Any
) -> list[House]:
    """The same, asked for in batches of one and of two."""
    wrong = []
    for batch in [*([house] for house in houses), *pairwise(houses)]:
        answer = api.post("/predict/batch", json={"houses": list(batch)}, **options)
        assert answer.status_code == 200, answer.text
        for house, found in zip(batch, answer.json()["predictions"], strict=True):
            if (found["price"], found["lower"], found["upper"]) != model.figures(house):
                wrong.append(house)
    return wrong


@pytest.mark.check("state.same-header")
@pytest.mark.parametrize("header", SAME)
def test_requests_with_the_same_header_get_the_prices_of_their_own_houses(
    api: PriceApi, local_model: LocalModel, houses: list[House], header: str
) -> None:
    headers = {header: SAME[header]}
    wrong = strangers(api, local_model, houses, headers=headers)
    wrong += strangers_in_batches(api, local_model, houses, headers=headers)

    assert wrong == [], f"with the same {header}, {REMEMBERED} was given"


@pytest.mark.check("state.same-query")
def test_requests_to_the_same_address_with_a_query_get_the_prices_of_their_own_houses(
    api: PriceApi, local_model: LocalModel, houses: list[House]
) -> None:
    wrong = strangers(api, local_model, houses, params={"id": "1", "request_id": "1"})

    assert wrong == [], f"with the same query, {REMEMBERED} was given"


@pytest.mark.check("state.same-header-at-once")
def test_requests_with_the_same_headers_at_the_same_time_get_the_prices_of_their_own_houses(
    api: PriceApi, local_model: LocalModel, houses: list[House]
) -> None:
    """On connections of their own."""

    def ask(order: int) -> list[House]:
        shuffled = random.Random(order).sample(houses, k=len(houses))
        with PriceApi(api.address) as client:
            return strangers(client, local_model, shuffled * 3, headers=SAME)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = [house for found in pool.map(ask, range(AT_ONCE)) for house in found]

    assert wrong == [], f"at the same time, {REMEMBERED} was given"


@pytest.mark.check("state.request-id")
def test_an_answer_carries_the_request_id_of_its_own_request(
    api: PriceApi, houses: list[House]
) -> None:
    """Also for a house that was asked for before under another one."""
    for number, house in enumerate([*houses, *houses]):
        for path, body in (("/predict", house), ("/predict/batch", {"houses": [house]})):
            own = f"own-{number}"
            answer = api.post(path, json=body, headers={"X-Request-ID": own})
            assert answer.json()["request_id"] == own, "the request id of another request"
            assert answer.headers["x-request-id"] == own, "the request id of another request"


@pytest.mark.check("state.neighbours")
def test_houses_that_differ_in_one_input_get_their_own_prices_in_turn(
    api: PriceApi,
    local_model: LocalModel,
    neighbours: Mapping[str, list[tuple[House, House]]],
) -> None:
    """Answers kept under a part of a house, or under rounded numbers, are seen here."""
    assert neighbours
    wrong = {}
    for name, pairs in neighbours.items():
        turns = [house for first, second in pairs for house in (first, second, first)]
        if strangers(api, local_model, turns) or strangers_in_batches(api, local_model, turns):
            wrong[name] = pairs[0]

    assert wrong == {}, f"{REMEMBERED} was given where only this differs: {', '.join(wrong)}"


@pytest.mark.check("state.key-order")
def test_the_same_values_under_exchanged_names_get_their_own_price(
    api: PriceApi, local_model: LocalModel, houses: list[House]
) -> None:
    """Whatever order the fields come in, and though the same values stand in the body."""
    wrong: list[House] = []
    for house in houses:
        names = list(house)
        for first, second in pairwise(names):
            other = {**house, first: house[second], second: house[first]}
            answer = api.post("/predict", json=dict(reversed(list(other.items()))))
            if answer.status_code == 422:
                continue  # the other input does not take the value
            if Prediction(**answer.json()).figures != local_model.figures(other):
                wrong.append(other)
        wrong += strangers(api, local_model, [house, dict(reversed(list(house.items())))])

    assert wrong == [], f"{REMEMBERED}, with the same values, was given"


@pytest.mark.check("state.many-requests")
def test_4000_requests_later_the_prices_are_still_the_models(
    api: PriceApi, local_model: LocalModel, domain: Domain, houses: list[House], figure: Figures
) -> None:
    """Each is a house of its own but for some that come again and again."""
    fresh = domain.drawn(REQUESTS)
    asked = [houses[at % 5] if at % 4 == 0 else house for at, house in enumerate(fresh)]
    wrong = strangers(api, local_model, asked)

    figure("requests in a row", len(asked))
    assert not wrong, f"{len(wrong):,} of {len(asked):,} requests in a row got another price"


@pytest.mark.check("state.many-batches")
def test_1000_batches_later_the_prices_are_still_the_models(
    api: PriceApi, local_model: LocalModel, domain: Domain
) -> None:
    fresh = domain.drawn(2 * BATCHES)
    wrong = []
    for at in range(BATCHES):
        batch = fresh[2 * at : 2 * at + 2]
        answers = api.predict_batch(batch)
        own = [local_model.figures(house) for house in batch]
        wrong += [mine for mine, answer in zip(own, answers, strict=True) if mine != answer.figures]

    assert not wrong, f"{len(wrong):,} houses of {BATCHES:,} batches got another price"


@pytest.mark.check("state.many-connections")
def test_the_first_and_second_request_of_150_connections_get_the_models_price(
    api: PriceApi, local_model: LocalModel, domain: Domain
) -> None:
    """Open at the same time, so that every worker and every slot of a pool is met."""
    clients = [PriceApi(api.address) for _ in range(CONNECTIONS)]
    try:
        fresh = domain.drawn(2 * CONNECTIONS)
        pairs = zip([*clients, *clients], fresh, strict=True)
        wrong = [house for client, house in pairs if strangers(client, local_model, [house])]
    finally:
        for client in clients:
            client.__exit__(None, None, None)

    assert not wrong, f"on {len(wrong)} of {CONNECTIONS} connections {REMEMBERED} was given"


@pytest.mark.check("state.after-refusal")
def test_a_price_after_a_refused_request_is_that_of_its_own_house(
    api: PriceApi, local_model: LocalModel, houses: list[House]
) -> None:
    """A refused house leaves nothing behind: on the connection, or under its request id."""
    headers = {"X-Request-ID": "refused-and-asked-again"}
    for refused, house in pairwise(houses):
        broken = {**refused, next(iter(refused)): {MARK: MARK}}
        for path, body in (
            ("/predict", json.dumps(broken)),
            ("/predict/batch", json.dumps({"houses": [refused, broken]})),
            ("/predict", json.dumps(refused)[:-1]),
        ):
            sent = {**headers, "Content-Type": "application/json"}
            assert api.refusal(path, data=body, headers=sent).status in (400, 422)
            wrong = strangers(api, local_model, [house], headers=headers)
            assert wrong == [], f"after a refusal, {REMEMBERED} was given"


@pytest.mark.check("state.refused-again")
def test_a_house_that_was_refused_is_refused_under_the_id_of_one_that_was_priced(
    api: PriceApi, houses: list[House]
) -> None:
    headers = {"X-Request-ID": "priced-and-refused", "Idempotency-Key": "priced-and-refused"}
    house = houses[0]
    for name in house:
        assert api.post("/predict", json=house, headers=headers).status_code == 200
        wrong: dict[str, Any] = {**house, name: None}
        missing = {other: value for other, value in house.items() if other != name}
        for body in (wrong, missing):
            refusal = api.refusal("/predict", json=body, headers=headers)
            assert refusal.status == 422, f"{name} is not looked at any more"
            assert refusal.fields == [name]


@pytest.mark.check("state.about")
def test_what_the_api_says_of_itself_stays_the_same(api: PriceApi, houses: list[House]) -> None:
    """The contract and the model that it names, after prices, refusals and junk."""
    before = api.schema(), api.model(), api.openapi()
    for house in houses:
        api.predict(house)
        api.refusal("/predict", json=[house])
        api.refusal("/predict", data=b"\xff", headers={"Content-Type": "application/json"})

    assert (api.schema(), api.model(), api.openapi()) == before
