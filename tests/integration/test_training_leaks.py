"""Whether a training has seen what it is judged on.

The gate trains on rows of its own, again with some of them poisoned, and again with the prices
shuffled. Nothing here trusts what a training says of itself.
"""

from __future__ import annotations

import numpy as np
import pytest

from harness.verdict.checks import Figures
from tests.houses.experiment import SETTINGS, Experiment
from tests.houses.invented_flats import Flat, flats
from tests.houses.poison import Plan
from tests.houses.predictions import Prediction, Predictions

pytestmark = pytest.mark.xdist_group("experiments")

Experiments = dict[str, Experiment]
CHANCE_Z = 4.5  # standard deviations; chance alone goes beyond them once in 300,000 looks
FLOOR = 1e-12  # relative; what arithmetic in another order may make of a price


def unseen(
    experiments: Experiments, plan: Plan, model: str
) -> tuple[dict[int, Prediction], dict[int, Prediction]]:
    """What a model that must not have seen the poisoned rows said without and with them, by row of
    the CSV."""
    name = f"fold {plan.fold}" if model == "fold" else model
    before, after = (
        {line.row: line for line in experiments[data].predictions.by_model()[name]}
        for data in ("plain", "poisoned")
    )
    assert set(after) == set(before), "other rows are held out where they are poisoned"
    return before, after


@pytest.mark.check("training.same-split")
def test_which_rows_are_held_out_does_not_depend_on_prices(experiments: Experiments) -> None:
    """Rows chosen by how well they are predicted would be easy ones."""
    splits = {
        name: [(line.split, line.row, line.fold) for line in experiment.predictions]
        for name, experiment in experiments.items()
    }

    for name, split in splits.items():
        assert split == splits["plain"], f"other rows are held out where they are {name}"


@pytest.mark.check("training.unseen-prices")
@pytest.mark.parametrize("model", ["fold", "forward", "holdout"])
def test_a_model_has_not_seen_the_prices_that_it_is_judged_on(
    experiments: Experiments, plan: Plan, model: str
) -> None:
    before, after = unseen(experiments, plan, model)
    changed = [
        row
        for row in before
        if row not in plan.inputs and after[row].price != pytest.approx(before[row].price, FLOOR)
    ]

    assert not changed, f"{len(changed)} predictions differ, rows {changed[:5]} among them"


@pytest.mark.check("training.unseen-intervals")
@pytest.mark.parametrize("model", ["forward", "holdout"])
def test_an_interval_was_not_calibrated_on_the_prices_that_it_is_judged_on(
    experiments: Experiments, plan: Plan, model: str
) -> None:
    before, after = unseen(experiments, plan, model)
    changed = [
        row
        for row in before
        if row not in plan.inputs
        and (after[row].lower, after[row].upper)
        != pytest.approx((before[row].lower, before[row].upper), FLOOR)
    ]

    assert not changed, f"{len(changed)} intervals differ, rows {changed[:5]} among them"


@pytest.mark.check("training.served-unseen")
def test_the_served_model_is_the_same_to_the_byte_whatever_the_held_out_rows_say(
    experiments: Experiments,
) -> None:
    """Dearer or cheaper: of several models, the one that errs least on them would be another."""
    assert experiments["plain"].params["model"] == "blend", "a linear model hides what trees saw"
    for file in ("bundle/model.onnx", "bundle/contract.json"):
        before = experiments["plain"].artifact(file)
        for name in ("poisoned", "deflated", "straightened"):
            after = experiments[name].artifact(file)
            assert after == before, f"{file} has seen the held-out rows: another one if {name}"


@pytest.mark.check("training.every-price-counts")
@pytest.mark.parametrize("end", ["dearest", "cheapest"])
def test_no_price_is_rounded_clipped_or_left_out(
    experiments: Experiments, plan: Plan, end: str
) -> None:
    """A price that is a billionth higher shows in every model that learnt it."""
    before, after = (experiments[name].predictions.by_model() for name in ("poisoned", "nudged"))
    learnt = learners(before, plan.dearest if end == "dearest" else plan.cheapest)
    if end == "dearest":  # models that learnt it without the cheapest
        learnt -= learners(before, plan.cheapest)
    else:
        learnt -= learners(before, plan.dearest)

    assert learnt
    for model in sorted(learnt):
        pairs = zip(before[model], after[model], strict=True)
        moved = sum(one.price != other.price for one, other in pairs)
        assert moved > 0, f"{model}: the {end} price does not matter to its model"


def learners(by_model: dict[str, Predictions], row: int) -> set[str]:
    """The models that learnt from a row: all that were not judged on it."""
    return {name for name, lines in by_model.items() if row not in lines.rows}


@pytest.mark.check("training.shuffled")
def test_no_model_predicts_shuffled_prices(experiments: Experiments, figure: Figures) -> None:
    """Only a model that has seen them can know anything about them."""
    worst, name = -np.inf, ""
    for model, lines in experiments["shuffled"].predictions.by_model().items():
        actual, price = np.log(lines.column("actual")), np.log(lines.column("price"))
        z = float(np.corrcoef(actual, price)[0, 1]) * np.sqrt(len(lines) - 1)
        worst, name = max((worst, name), (z, model))

    figure(f"correlation in standard deviations, {name}", worst, at_most=CHANCE_Z)


@pytest.mark.check("training.shuffled-baseline")
@pytest.mark.parametrize("split", ["cv", "forward", "holdout"])
def test_no_logged_error_on_shuffled_prices_beats_the_median(
    experiments: Experiments, split: str, figure: Figures
) -> None:
    experiment = experiments["shuffled"]
    actual = np.log(experiment.predictions.of(split).column("actual"))
    median = float(np.sqrt(np.mean((actual - np.median(actual)) ** 2)))
    [logged] = experiment.metrics[f"{split}_rmsle"]

    figure(f"RMSLE, {split}", logged, at_least=median * 0.97)


@pytest.mark.check("training.unseen-spread")
@pytest.mark.parametrize("split", ["cv", "forward", "holdout"])
def test_no_spread_has_seen_the_residuals_that_it_is_judged_by(
    experiments: Experiments, split: str, figure: Figures
) -> None:
    """Where prices are shuffled, a model errs as much here as there."""
    from scipy.stats import spearmanr  # seconds to import, for all workers of the gate

    lines = experiments["shuffled"].predictions.of(split)
    spread = [line.spread for line in lines]
    assert len(set(spread)) > 1, f"{split}: every sale has the same spread"
    correlation = float(spearmanr(spread, [abs(line.residual) for line in lines]).statistic)
    z = correlation * np.sqrt(len(lines) - 1)

    figure(f"rank correlation in standard deviations, {split}", z)
    assert z <= CHANCE_Z, f"{split}: the spread knows where the model errs, and cannot"


@pytest.mark.check("training.refuses")
def test_a_model_without_skill_is_refused_with_the_figures_that_say_so(
    experiments: Experiments,
) -> None:
    refused = experiments["shuffled"]
    [error], scores = refused.metrics["cv_rmsle"], refused.predictions.of("cv").scores()

    assert refused.code == 1
    assert error == pytest.approx(scores["rmsle"], rel=1e-9), "the logged error is another"
    assert (
        f"RMSLE {error:.4f} over {SETTINGS['folds']} folds is no better than" in refused.complained
    )
    assert "cross-validated" in refused.printed, "it does not print its errors"
    assert not refused.published, "a refused model was published"
    assert refused.versions == [], "a refused model was registered"
    assert refused.run["status"] == "FAILED"


@pytest.mark.check("training.direction")
def test_every_model_keeps_the_directions_of_the_contract(experiments: Experiments) -> None:
    """Also where prices say the contrary, of two flats that differ in one input."""
    rows = flats()
    pairs = twins(rows)
    for model, lines in experiments["plain"].predictions.by_model().items():
        price = {line.row: line.price for line in lines}
        judged = [(low, high) for low, high in pairs if low in price and high in price]
        fallen = [(low, high) for low, high in judged if price[high] < price[low] * (1 - 1e-9)]

        assert judged, f"{model}: no pair was judged"
        assert not fallen, f"{model}: {len(fallen)} of {len(judged)} prices fall as plot rises"


def twins(rows: list[Flat]) -> list[tuple[int, int]]:
    """Rows of the flats that differ in ``plot`` only, the one with the smaller first."""
    alike: dict[object, list[int]] = {}
    for row, flat in enumerate(rows, 1):
        if flat.why_dropped is None:
            others = tuple(number for name, number in flat.numbers.items() if name != "plot")
            key = (others, flat.district, flat.condition, flat.lift)
            alike.setdefault(key, []).append(row)
    return [
        (low, high)
        for pair in alike.values()
        if len(pair) == 2
        for low, high in [sorted(pair, key=lambda row: rows[row - 1].numbers["plot"])]
    ]
