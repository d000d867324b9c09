"""What must hold for any house that the contract takes: Hypothesis draws them from /schema."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.verdict.checks import does_not_apply
from tests.houses.api import PriceApi, Value
from tests.houses.strategies import BOUNDED, batches, houses, notation, values_of, white_space

Inputs = dict[str, dict[str, Any]]
House = dict[str, Value]
JSON = {"Content-Type": "application/json"}


def figures_of(api: PriceApi, body: bytes) -> tuple[float, float, float]:
    """Price and interval of a house that is sent exactly so."""
    answer = api.post("/predict", data=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    content = answer.json()
    return content["price"], content["lower"], content["upper"]


@pytest.mark.check("prediction.any-interval")
def test_any_house_has_a_price_inside_its_interval(api: PriceApi, schema: dict[str, Any]) -> None:
    @BOUNDED
    @given(houses(schema["inputs"]))
    def holds(house: House) -> None:
        answer = api.predict(house)

        assert 0 < answer.lower < answer.price < answer.upper < math.inf
        assert answer.inputs == house

    holds()


@pytest.mark.check("prediction.any-twice")
def test_any_house_has_the_same_price_when_it_is_asked_for_again(
    api: PriceApi, schema: dict[str, Any]
) -> None:
    @BOUNDED
    @given(houses(schema["inputs"]), houses(schema["inputs"]))
    def holds(house: House, other: House) -> None:
        first = api.predict(house)
        api.predict(other)

        assert api.predict(house).figures == first.figures

    holds()


@pytest.mark.check("prediction.batch-equals-singles")
def test_a_batch_has_the_prices_of_its_houses_one_by_one(
    api: PriceApi, schema: dict[str, Any]
) -> None:
    @BOUNDED
    @given(batches(schema["inputs"]))
    def holds(batch: list[House]) -> None:
        together = [answer.figures for answer in api.predict_batch(batch)]

        assert together == [api.predict(house).figures for house in batch]

    holds()


@pytest.mark.check("prediction.key-order")
def test_the_order_of_the_keys_does_not_change_a_price(
    api: PriceApi, schema: dict[str, Any]
) -> None:
    @BOUNDED
    @given(houses(schema["inputs"]), st.permutations(schema["inputs"]))
    def holds(house: House, order: list[dict[str, Any]]) -> None:
        shuffled = {field["name"]: house[field["name"]] for field in order}

        same = api.predict(shuffled).figures == api.predict(house).figures
        assert same, "the order of the keys changes the price"

    holds()


@pytest.mark.check("prediction.row-order")
def test_the_order_of_a_batch_does_not_change_a_price(
    api: PriceApi, schema: dict[str, Any]
) -> None:
    @BOUNDED
    @given(batches(schema["inputs"]), st.randoms(use_true_random=False))
    def holds(batch: list[House], random: Any) -> None:
        order = random.sample(range(len(batch)), len(batch))
        figures = [answer.figures for answer in api.predict_batch(batch)]
        shuffled = [answer.figures for answer in api.predict_batch([batch[at] for at in order])]

        assert shuffled == [figures[at] for at in order]

    holds()


@pytest.mark.check("prediction.repeated-rows")
def test_a_house_that_is_repeated_in_a_batch_has_one_price(
    api: PriceApi, schema: dict[str, Any]
) -> None:
    @BOUNDED
    @given(batches(schema["inputs"], most=4), st.integers(2, 5))
    def holds(batch: list[House], times: int) -> None:
        once = [answer.figures for answer in api.predict_batch(batch)]

        assert [answer.figures for answer in api.predict_batch(batch * times)] == once * times

    holds()


@pytest.mark.check("prediction.white-space")
def test_white_space_in_the_json_does_not_change_a_price(
    api: PriceApi, schema: dict[str, Any]
) -> None:
    @BOUNDED
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        house = data.draw(houses(schema["inputs"]))
        spaced = data.draw(white_space(house))

        assert figures_of(api, spaced) == figures_of(api, json.dumps(house).encode())

    holds()


@pytest.mark.check("prediction.notation")
def test_how_json_writes_a_value_does_not_change_a_price(
    api: PriceApi, schema: dict[str, Any]
) -> None:
    """5, 5.0, 5e0 and 50E-1 are one number, and an escaped letter is the letter."""

    @BOUNDED
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        house = data.draw(houses(schema["inputs"]))
        written = data.draw(notation(house))

        assert figures_of(api, written) == figures_of(api, json.dumps(house).encode())

    holds()


@pytest.mark.check("prediction.any-monotone")
def test_no_house_gets_cheaper_where_the_contract_says_that_it_may_not(
    api: PriceApi, schema: dict[str, Any]
) -> None:
    directed = [one for one in schema["inputs"] if one["monotonic"]]
    if not directed:
        does_not_apply("no input has a direction in which the price may not fall")

    @BOUNDED
    @given(houses(schema["inputs"]), st.data())
    def holds(house: House, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(directed))
        two = data.draw(st.lists(values_of(one), min_size=2, max_size=2, unique=True))
        rank = one["choices"].index if one["kind"] == "choice" else float
        low, high = sorted(two, key=rank, reverse=one["monotonic"] == "decreasing")
        worse, better = api.predict_batch([{**house, one["name"]: value} for value in (low, high)])

        assert worse.price <= better.price, one["name"]

    holds()
