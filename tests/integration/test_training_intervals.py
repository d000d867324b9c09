"""Intervals of a training: how they were calibrated, and that they hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from harness.verdict.checks import Figures
from tests.houses.coverage import RISK, bands, check_parts
from tests.houses.experiment import Experiment
from tests.houses.invented_flats import LOUD, Flat
from tests.houses.predictions import Predictions, conformal_quantile

pytestmark = pytest.mark.xdist_group("experiments")

LOUDER = 1.2
"""How much more, at least, a model must expect to err where prices scatter 3.5 times as much."""


@pytest.mark.check("training.calibration")
def test_the_intervals_of_a_fold_are_calibrated_on_the_other_folds(plain: Experiment) -> None:
    crossed, coverage = plain.predictions.of("cv"), float(plain.params["coverage"])
    for fold in crossed.folds:
        rest = Predictions(line for line in crossed if line.fold != fold)
        quantile = conformal_quantile((abs(line.residual) / line.spread for line in rest), coverage)
        for line in crossed.in_fold(fold):
            reach = np.exp(quantile * line.spread)
            expected = (line.price / reach, line.price * reach)
            assert (line.lower, line.upper) == pytest.approx(expected, rel=1e-9), (
                f"fold {fold}: its intervals were calibrated on other rows than the other folds'"
            )


@pytest.mark.check("training.coverage")
@pytest.mark.parametrize("data", ["plain", "shuffled"])
def test_intervals_hold_what_they_promise_whatever_the_prices(
    experiments: dict[str, Experiment], data: str
) -> None:
    from scipy.stats import betabinom

    experiment = experiments[data]
    coverage, sales = float(experiment.params["coverage"]), int(experiment.params["sales"])
    for split in ("cv", "forward", "holdout"):
        lines = experiment.predictions.of(split)
        calibrated = sales - len(lines) if split != "cv" else sales
        rank = int(np.ceil((calibrated + 1) * coverage))
        chance = betabinom(len(lines), rank, calibrated + 1 - rank)
        least, most = (int(chance.ppf(risk)) for risk in (RISK / 6, 1 - RISK / 6))
        inside = sum(line.inside for line in lines)
        assert least <= inside <= most, f"{split}: {inside} of {len(lines)}, not {least} to {most}"


@pytest.mark.check("training.coverage-parts")
def test_intervals_hold_in_each_part_of_the_market(
    plain: Experiment, usable: dict[int, Flat], figure: Figures
) -> None:
    for split in ("cv", "forward", "holdout"):
        lines = plain.predictions.of(split)
        parts = bands(lines)
        for line in lines:
            parts.setdefault(f"district {usable[line.row].district}", []).append(line)
            parts.setdefault(f"lift {usable[line.row].lift}", []).append(line)
            parts.setdefault(f"condition {usable[line.row].condition}", []).append(line)
        check_parts(split, parts, float(plain.params["coverage"]))
    figure("parts", len(parts))


@pytest.mark.check("training.spread-follows")
def test_a_model_expects_to_err_more_where_prices_scatter_more(
    plain: Experiment, usable: dict[int, Flat], figure: Figures
) -> None:
    """Or intervals are too wide for most and too narrow for some, and right on average.

    Not of the model of the earlier sales, which has seen forty of that district.
    """
    for split in ("cv", "holdout"):
        spreads: dict[bool, list[float]] = {True: [], False: []}
        for line in plain.predictions.of(split):
            spreads[usable[line.row].district == LOUD].append(line.spread)
        ratio = float(np.median(spreads[True]) / np.median(spreads[False]))

        figure(f"spread in {LOUD} over that elsewhere, {split}", ratio)
        assert ratio >= LOUDER, (
            f"{split}: the spread hardly follows the scatter of the prices: in {LOUD}, where it is "
            f"3.5 times as large, the model expects {ratio:.2f} times the error"
        )
