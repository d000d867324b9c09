"""The prices that the API gives, for whatever dataset it serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from harness.verdict.checks import does_not_apply
from tests.houses.api import BATCH, PriceApi, Value
from tests.houses.bundle import GoldenRow
from tests.houses.cases import values, varied

Inputs = dict[str, dict[str, Any]]


def prices_of(
    api: PriceApi, rows: Sequence[GoldenRow], name: str, tried: list[Value]
) -> list[list[float]]:
    """For each row its prices with the input ``name`` at each of the values ``tried``."""
    houses = [house for row in rows for house in varied(row.inputs, name, tried)]
    prices = [answer.price for answer in api.predict_many(houses)]
    return [prices[at : at + len(tried)] for at in range(0, len(prices), len(tried))]


@pytest.mark.check("prediction.golden")
def test_each_golden_house_has_the_price_of_training_to_the_last_bit(
    api: PriceApi, golden: list[GoldenRow]
) -> None:
    differing = [
        (row.figures, answer.figures)
        for row in golden
        if (answer := api.predict(row.inputs)).figures != row.figures
    ]

    assert golden
    assert differing == [], "the price is not that of training"


@pytest.mark.check("prediction.golden-batch")
def test_a_batch_of_the_golden_houses_has_the_same_prices_to_the_last_bit(
    api: PriceApi, golden: list[GoldenRow]
) -> None:
    answers = api.predict_batch([row.inputs for row in golden])

    same = [answer.figures for answer in answers] == [row.figures for row in golden]
    assert same, "a house of the batch has not the price of training"


@pytest.mark.check("prediction.full-batch")
def test_a_full_batch_of_1000_houses_is_answered_in_order(
    api: PriceApi, golden: list[GoldenRow]
) -> None:
    houses = [golden[index % len(golden)].inputs for index in range(BATCH)]

    answers = api.predict_batch(houses)

    assert [answer.inputs for answer in answers] == houses


@pytest.mark.check("prediction.origin")
def test_an_answer_says_what_it_is_the_price_of_and_who_gave_it(
    api: PriceApi, golden: list[GoldenRow], schema: dict[str, Any]
) -> None:
    row, model = golden[1], api.model()

    answer = api.predict(row.inputs)

    assert answer.inputs == row.inputs
    assert answer.model_version == model["version"]
    assert answer.coverage == model["coverage"]
    assert answer.currency == schema["target"]["currency"], "another currency than the contract's"


@pytest.mark.check("prediction.not-constant")
def test_two_houses_have_two_prices(api: PriceApi, golden: list[GoldenRow]) -> None:
    """The cheapest and the dearest, as far apart as they were at training."""
    modest = min(golden, key=lambda row: row.price)
    grand = max(golden, key=lambda row: row.price)
    assert grand.price > modest.price, "training gave all houses one price"

    found = api.predict(grand.inputs).price / api.predict(modest.inputs).price
    assert found == pytest.approx(grand.price / modest.price, rel=1e-9)


@pytest.mark.check("prediction.determinism")
def test_the_same_house_has_the_same_price_each_time(
    api: PriceApi, golden: list[GoldenRow]
) -> None:
    first, other = golden[0].inputs, golden[1].inputs

    prices = {(api.predict(first).figures, api.predict(other).figures) for _ in range(5)}

    assert len(prices) == 1, "one house has several prices"


@pytest.mark.check("prediction.backwards")
def test_the_order_of_the_fields_does_not_matter(api: PriceApi, house: dict[str, Value]) -> None:
    backwards = dict(reversed(house.items()))

    assert api.predict(backwards).figures == api.predict(house).figures


@pytest.mark.check("prediction.every-input")
def test_every_input_matters(api: PriceApi, golden: list[GoldenRow], inputs: Inputs) -> None:
    idle = set(inputs)
    for row in golden[:20]:
        for name in list(idle):
            tried = varied(row.inputs, name, values(inputs[name]))
            if len({answer.price for answer in api.predict_batch(tried)}) > 1:
                idle.remove(name)

    assert idle == set(), f"does not change the price: {', '.join(sorted(idle))}"


@pytest.mark.check("prediction.interval")
def test_the_interval_holds_the_price(api: PriceApi, golden: list[GoldenRow]) -> None:
    answers = api.predict_batch([row.inputs for row in golden])

    assert all(0 < answer.lower < answer.price < answer.upper for answer in answers)


@pytest.mark.check("prediction.monotone")
def test_no_price_falls_where_the_contract_says_that_it_may_not(
    api: PriceApi, golden: list[GoldenRow], inputs: Inputs
) -> None:
    directed = {name: one["monotonic"] for name, one in inputs.items() if one["monotonic"]}
    if not directed:
        does_not_apply("no input has a direction in which the price may not fall")
    rows = golden[:: max(len(golden) // 40, 1)]
    falls = []
    for name, direction in directed.items():
        tried = values(inputs[name], count=13)
        if direction == "decreasing":
            tried.reverse()
        for row, prices in zip(rows, prices_of(api, rows, name, tried), strict=True):
            if prices != sorted(prices):
                falls.append((name, row.inputs))

    assert falls == [], f"the price falls where it must not: {falls[0][0]}"


@pytest.mark.check("prediction.ames-neighborhoods")
@pytest.mark.dataset("ames")
def test_every_neighborhood_matters(api: PriceApi, golden: list[GoldenRow], inputs: Inputs) -> None:
    """No two of them give the same prices to the same houses."""
    names = values(inputs["neighborhood"])
    by_house = prices_of(api, golden[:20], "neighborhood", names)

    by_neighborhood = set(zip(*by_house, strict=True))
    assert len(names) == 28
    assert len(by_neighborhood) == len(names)


@pytest.mark.check("prediction.ames-monotone")
@pytest.mark.dataset("ames")
@pytest.mark.parametrize("name", ["living_area", "overall_quality", "overall_condition"])
def test_a_larger_or_better_house_never_costs_less(
    api: PriceApi, golden: list[GoldenRow], inputs: Inputs, name: str
) -> None:
    """And somewhere it costs more: a price that never moves is no answer either."""
    rises = 0
    rows = golden[:100]
    tried = values(inputs[name], count=50)
    for row, prices in zip(rows, prices_of(api, rows, name, tried), strict=True):
        assert prices == sorted(prices), f"{name} for {row.inputs}"
        rises += prices[-1] > prices[0]

    assert rises == 100
