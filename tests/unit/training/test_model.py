"""The model by itself: its directions, its intervals, and its exported form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from app.contract import Contract, Input, Kind
from training.dataset import Dataset, load
from training.evaluate import ForwardValidation
from training.export import to_onnx
from training.intervals import PriceModel, choose, fit, quantile
from training.pipeline import Candidate, build, predict_each
from training.runtime import ExportedModel
from training.scores import Predictions, coverage_bounds
from training.settings import Settings

FLATS = Path(__file__).parents[3] / "datasets" / "synthetic_flats"
DIRECTED = {"surface": 1, "energy_class": 1, "station_distance": -1}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load(FLATS)


@pytest.fixture(scope="module", params=Candidate)
def model(dataset: Dataset, request: pytest.FixtureRequest) -> PriceModel:
    """Of each of the candidates, chosen by what the price is."""
    price = dataset.price if request.param is Candidate.LINEAR else bent_price(dataset)
    model = fit(dataset.contract, dataset.inputs, price, Settings(folds=3, rounds=60, trees=20))
    assert model.candidate is request.param
    return model


def bent_price(dataset: Dataset) -> np.ndarray:
    """A price with a step, which trees learn better than lines."""
    surface = dataset.inputs["surface"].to_numpy()
    return dataset.price * np.where(surface > np.median(surface), 3, 1)


@pytest.fixture(scope="module")
def exported(model: PriceModel) -> ExportedModel:
    return ExportedModel(to_onnx(model), model.contract)


def draw(contract: Contract, houses: int, seed: int) -> pd.DataFrame:
    """Houses from all over the contract, not only where the data lies."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({field.name: draw_one(field, houses, rng) for field in contract.inputs})


def draw_one(field: Input, houses: int, rng: np.random.Generator) -> np.ndarray:
    if field.kind is Kind.CHOICE:
        return rng.choice(np.array(field.choices, dtype=object), houses)
    if field.kind is Kind.YES_NO:
        return rng.random(houses) < 0.5
    values = rng.uniform(float(field.minimum or 0), float(field.maximum or 0), houses)
    return np.round(values) if field.kind is Kind.INTEGER else values


def rising(field: Input) -> list[str] | list[float]:
    """Values of an input from lowest to highest, past every range of the training data."""
    if field.kind is Kind.CHOICE:
        return list(field.choices or ())
    return list(np.linspace(float(field.minimum or 0), float(field.maximum or 0), 60))


@pytest.mark.parametrize("name", DIRECTED)
def test_the_price_never_moves_against_a_direction(
    name: str, dataset: Dataset, exported: ExportedModel
) -> None:
    (field,) = (one for one in dataset.contract.inputs if one.name == name)
    houses = pd.concat([draw(dataset.contract, 16, seed=1), dataset.inputs.head(8)])
    prices = np.array(
        [
            exported.predict(houses.assign(**{name: [value] * 24}))["price"]
            for value in rising(field)
        ]
    )

    steps = np.diff(prices, axis=0) * DIRECTED[name]

    assert steps.min() >= 0
    assert steps.max() > 0


def test_every_directed_input_is_tried_above(dataset: Dataset) -> None:
    assert {field.name for field in dataset.contract.inputs if field.monotonic} == set(DIRECTED)


def test_a_house_has_the_same_price_alone_and_in_any_batch(
    dataset: Dataset, exported: ExportedModel
) -> None:
    houses = draw(dataset.contract, 150, seed=2)
    together = exported.predict(houses)
    for size in (1, 2, 7, 64):
        starts = range(0, len(houses), size)
        parts = [exported.predict(houses[start : start + size]) for start in starts]
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), together, rtol=0, atol=0)


def test_the_exported_model_predicts_what_was_trained(
    dataset: Dataset, model: PriceModel, exported: ExportedModel
) -> None:
    houses = pd.concat([draw(dataset.contract, 200, seed=3), dataset.inputs])
    served = exported.predict(houses)
    trained = model.predict(houses, np.ones(len(houses)))

    np.testing.assert_allclose(served["price"], trained.price, rtol=1e-12)
    np.testing.assert_allclose(served["lower"], trained.lower, rtol=1e-12)
    np.testing.assert_allclose(served["upper"], trained.upper, rtol=1e-12)


def test_an_unlisted_choice_is_an_error_and_not_another_choice(
    dataset: Dataset, exported: ExportedModel
) -> None:
    with pytest.raises(Exception, match="indices element out of data bounds"):
        exported.predict(dataset.inputs.head(1).assign(heating="gas"))


def test_what_is_served_is_as_large_as_the_settings_say(dataset: Dataset) -> None:
    """As its folds were, by which it is judged."""
    settings = Settings(folds=3, rounds=350, trees=120)
    rows = slice(0, 120)

    model = fit(dataset.contract, dataset.inputs[rows], bent_price(dataset)[rows], settings)

    said = build(dataset.contract, settings, Candidate.BLEND)
    assert clone(model.pipeline).__repr__(N_CHAR_MAX=100_000) == said.__repr__(N_CHAR_MAX=100_000)


def test_a_part_of_the_blend_is_the_linear_candidate(dataset: Dataset) -> None:
    settings, rows = Settings(folds=3, rounds=10, trees=10), slice(0, 300)
    learnt = dataset.inputs[rows], dataset.price[rows]
    fitted = {name: build(dataset.contract, settings, name).fit(*learnt) for name in Candidate}

    said = predict_each(fitted[Candidate.BLEND], dataset.inputs)

    for candidate, model in fitted.items():
        np.testing.assert_array_equal(said[candidate], model.predict(dataset.inputs))


def test_of_models_that_are_as_good_the_linear_one_is_served() -> None:
    rng = np.random.default_rng(0)
    price, error = np.exp(rng.normal(12, 0.5, 400)), rng.normal(0, 0.1, 400)
    one, other = price * np.exp(error), price * np.exp(error[::-1])  # which errs less: neither
    worse = price * np.exp(2 * error)

    assert choose(price, {Candidate.LINEAR: one, Candidate.BLEND: other}) == "linear"
    assert choose(price, {Candidate.LINEAR: one, Candidate.BLEND: worse}) == "linear"
    assert choose(price, {Candidate.LINEAR: worse, Candidate.BLEND: one}) == "blend"


def test_the_interval_holds_the_price_and_has_a_width_of_its_own(
    dataset: Dataset, exported: ExportedModel
) -> None:
    served = exported.predict(draw(dataset.contract, 200, seed=4))
    width = served["upper"] / served["lower"]

    assert (served["lower"] < served["price"]).all()
    assert (served["price"] < served["upper"]).all()
    assert width.nunique() > 20


def test_the_quantile_is_the_conformal_one() -> None:
    scores = np.arange(1.0, 100.0)  # 99 scores: ceil(100 * 0.9) is the 90th
    assert quantile(scores, 0.9) == 90
    with pytest.raises(ValueError, match="cannot calibrate 95%"):
        quantile(np.arange(1.0, 11.0), 0.95)


def test_coverage_bounds_are_those_of_the_beta_binomial() -> None:
    from scipy.stats import betabinom  # seconds to import, for all workers

    least, most = coverage_bounds(calibrated=2089, tested=500, coverage=0.9, risk=1e-4)

    assert (least, most) == (418, 476)
    inside = betabinom(500, 2090 - 209, 209)
    assert inside.cdf(least - 1) <= 0.5e-4 < inside.cdf(least)
    assert inside.sf(most) <= 0.5e-4 < inside.sf(most - 1)


@pytest.mark.parametrize(("inside", "missed"), [(90, None), (85, None), (60, 0.6), (100, None)])
def test_coverage_of_the_latest_sales_that_chance_does_not_explain_is_told(
    inside: int, missed: float | None
) -> None:
    actual = np.where(np.arange(100) < inside, 1.0, 3.0)
    ones = np.ones(100)
    later = ForwardValidation(np.arange(100), Predictions(actual, ones, ones / 2, ones * 2, ones))

    assert later.missed_coverage(400, 0.9) == missed
