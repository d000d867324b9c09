"""The served prices are the model's own all over the domain, not only for the golden houses.

The bundle's model runs beside the gate, by itself; what the API answers must be what it says, to
the last bit.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from harness.verdict.checks import Figures, does_not_apply
from tests.houses.api import BATCH, ApiError, House, Prediction, PriceApi
from tests.houses.bundle import GoldenRow
from tests.houses.domain import Domain
from tests.houses.exchanged import exchanged, run_together

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

RANDOM, SINGLES, DEAREST = 10_000, 1_000, 1_000
SIZES = [*range(1, 21), 32, 33, 50, 64, 65, 100, 101, 128, 129, 200, 256, 257, 500, 512, 513]
SIZES += [998, 999, 1000]
LARGE = 40_000  # bytes; the API may treat a large body in another way than a small one
OTHER = "another price than the model's own"


class Judge:
    """Holds answers of the API against the model, and against what an answer has to say."""

    def __init__(self, api: PriceApi, model: LocalModel, currency: str) -> None:
        served = api.model()
        self._model = model
        self._origin = served["coverage"], currency, served["version"]

    def wrong(self, house: House, answer: Prediction) -> str | None:
        """What is wrong with the answer for ``house``, or None."""
        if (expected := self._model.figures(house)) != answer.figures:
            return f"{OTHER}: {answer.figures}, not {expected}, for {house}"
        if json.dumps(answer.inputs) != json.dumps(house):
            return f"another house than was asked for: {answer.inputs}, not {house}"
        if (origin := (answer.coverage, answer.currency, answer.model_version)) != self._origin:
            return f"another coverage, currency or version: {origin}, not {self._origin}"
        return None

    def all_wrong(self, houses: Sequence[House], answers: Sequence[Prediction]) -> list[str]:
        """With the place of each in ``houses``."""
        assert len(answers) == len(houses)
        told = [self.wrong(house, answer) for house, answer in zip(houses, answers, strict=True)]
        return [f"number {place}: {wrong}" for place, wrong in enumerate(told) if wrong]


@pytest.fixture(scope="module")
def judge(api: PriceApi, local_model: LocalModel, schema: dict[str, Any]) -> Judge:
    return Judge(api, local_model, schema["target"]["currency"])


def assert_served(api: PriceApi, judge: Judge, houses: Sequence[House], figure: Figures) -> None:
    """In full batches, each house has the price of the model."""
    figure("houses compared with the model", len(houses))
    assert houses
    wrong = judge.all_wrong(houses, api.predict_many(houses))
    assert not wrong, f"{len(wrong):,} of {len(houses):,} houses: {wrong[0]}"


@pytest.mark.check("domain.model")
def test_the_model_of_the_bundle_gives_the_prices_and_intervals_of_training(
    local_model: LocalModel, golden: list[GoldenRow]
) -> None:
    """Run by ONNX Runtime alone, without the API."""
    differing = [row for row in golden if local_model.figures(row.inputs) != row.figures]

    assert golden
    assert differing == [], "the model has another price than training wrote down"


@pytest.mark.check("domain.choices")
def test_every_choice_of_every_list_has_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, figure: Figures
) -> None:
    houses = domain.choices(bases=20)
    if not houses:
        does_not_apply("all inputs are numbers")
    assert_served(api, judge, houses, figure)


@pytest.mark.check("domain.numbers")
def test_every_number_at_its_ends_and_all_over_its_range_has_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, figure: Figures
) -> None:
    houses = domain.numbers(bases=4)
    if not houses:
        does_not_apply("no input is a number")
    assert_served(api, judge, houses, figure)


@pytest.mark.check("domain.pairs")
def test_every_pair_of_choices_and_ends_has_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, figure: Figures
) -> None:
    houses = domain.pairs()
    if not houses:
        does_not_apply("there is one input only")
    assert_served(api, judge, houses, figure)


@pytest.mark.check("domain.thresholds")
def test_numbers_just_before_and_just_after_a_step_in_price_have_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, figure: Figures
) -> None:
    """A number that is rounded on its way to the model is seen here."""
    steps = domain.thresholds(bases=10)
    if not steps:
        does_not_apply("no number changes the price of a house that was tried")
    assert_served(api, judge, [house for step in steps for house in step], figure)


@pytest.mark.check("domain.exchanged")
def test_houses_whose_values_stand_in_each_others_place_have_the_prices_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, local_model: LocalModel, figure: Figures
) -> None:
    """Side by side in one batch, where each could be taken for the other."""
    pairs = exchanged(domain.inputs, domain.bases(2), local_model)
    if not pairs:
        does_not_apply("no two inputs take the same values, or their exchange changes no price")
    assert_served(api, judge, [house for pair in pairs for house in pair], figure)


@pytest.mark.check("domain.run-together")
def test_houses_whose_values_read_the_same_when_run_together_have_the_prices_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, local_model: LocalModel, figure: Figures
) -> None:
    """Such as 120 and 60 beside 1206 and 0, side by side in one batch."""
    pairs = run_together(domain.inputs, domain.bases(2), local_model)
    if not pairs:
        does_not_apply("no values of inputs that follow each other read the same run together")
    assert_served(api, judge, [house for pair in pairs for house in pair], figure)


@pytest.mark.check("domain.dearest")
def test_the_1000_dearest_houses_have_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, figure: Figures
) -> None:
    dearest, _ = domain.extremes(DEAREST)

    figure("dearest house", api.predict(dearest[-1]).price)
    assert_served(api, judge, dearest, figure)


@pytest.mark.check("domain.cheapest")
def test_the_1000_cheapest_houses_have_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, figure: Figures
) -> None:
    _, cheapest = domain.extremes(DEAREST)

    figure("cheapest house", api.predict(cheapest[0]).price)
    assert_served(api, judge, cheapest, figure)


@pytest.mark.check("domain.random")
def test_10000_random_houses_have_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain, figure: Figures
) -> None:
    assert_served(api, judge, domain.drawn(RANDOM), figure)


@pytest.mark.check("domain.sizes")
def test_a_batch_of_any_size_from_1_to_1000_has_the_prices_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain
) -> None:
    houses = domain.drawn(BATCH)
    wrong = {}
    for size in SIZES:
        batch = houses[-size:]
        try:
            found = judge.all_wrong(batch, api.predict_batch(batch))
        except ApiError as error:  # the sizes that are refused are the cause
            found = [str(error)]
        if found:
            wrong[size] = found[0]

    assert wrong == {}, f"a batch of these sizes is wrong: {sorted(wrong)}"


@pytest.mark.check("domain.places")
def test_every_place_of_a_full_batch_has_the_price_of_its_own_house(
    api: PriceApi, judge: Judge, domain: Domain
) -> None:
    """Each place holds a dear, a cheap and some other house in turn; some stand there twice."""
    dearest, cheapest = domain.extremes(BATCH // 4)
    houses = dearest + cheapest + domain.drawn(BATCH // 4)
    houses += random.Random(1).choices(houses, k=BATCH - len(houses))
    for turn in range(0, BATCH, BATCH // 4):
        turned = houses[turn:] + houses[:turn]
        wrong = judge.all_wrong(turned, api.predict_batch(turned))
        assert not wrong, f"a place of a full batch has {OTHER}: {wrong[0]}"


@pytest.mark.check("domain.singles")
def test_1000_houses_asked_for_one_by_one_have_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain
) -> None:
    dearest, cheapest = domain.extremes(50)
    singles = (
        dearest
        + cheapest
        + random.Random(2).sample(pairs := domain.pairs(), k=min(200, len(pairs)))
    )
    singles += domain.drawn(SINGLES - len(singles))
    wrong = judge.all_wrong(singles, [api.predict(house) for house in singles])

    assert not wrong, f"asked for alone: {wrong[0]}"


@pytest.mark.check("domain.large-body")
def test_a_house_in_a_large_body_has_the_price_of_the_model(
    api: PriceApi, judge: Judge, domain: Domain
) -> None:
    """White space around it is no part of the house."""
    for house in domain.drawn(20):
        body = json.dumps(house).ljust(LARGE)
        answer = api.post("/predict", data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text
        assert judge.wrong(house, Prediction(**answer.json())) is None, OTHER
