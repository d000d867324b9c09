"""What a training says of itself, computed again from its predictions and from the rows alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from harness.verdict.checks import Figures
from tests.houses.bundle import Bundle
from tests.houses.coverage import RISK, bands, check_parts
from tests.houses.experiment import SETTINGS, Experiment
from tests.houses.invented_flats import (
    CONDITIONS,
    DISTRICTS,
    METRIC_NAMES,
    TEST_FROM,
    Flat,
    flats,
)
from tests.houses.predictions import (
    Floats,
    Predictions,
    point_scores,
)
from tests.houses.sales import Sales

pytestmark = pytest.mark.xdist_group("experiments")

SMALLEST_SEGMENT = 5


@pytest.mark.check("training.rows")
def test_every_usable_row_is_judged_once_by_its_real_price(
    plain: Experiment, usable: dict[int, Flat]
) -> None:
    crossed = plain.predictions.of("cv")
    wrong = [line for line in plain.predictions if usable[line.row].price != line.actual]
    sizes = [sum(line.fold == fold for line in crossed) for fold in crossed.folds]

    assert sorted(crossed.rows) == sorted(usable), "not every usable row is in one fold"
    assert wrong == [], "the CSV has another price"
    assert len(sizes) == SETTINGS["folds"]
    assert max(sizes) - min(sizes) <= 1, f"folds of {sizes} sales"


@pytest.mark.check("training.forward-rows")
def test_the_forward_error_is_that_of_the_latest_sales(
    plain: Experiment, usable: dict[int, Flat]
) -> None:
    later = [row for row, flat in usable.items() if flat.month >= TEST_FROM]

    assert sorted(plain.predictions.of("forward").rows) == later


@pytest.mark.check("training.golden-rows")
def test_golden_rows_are_the_held_out_ones(plain: Experiment, usable: dict[int, Flat]) -> None:
    held_out = plain.predictions.of("holdout")
    share = float(SETTINGS["holdout_share"])

    assert len(held_out) == len(set(held_out.rows)) == int(share * len(usable))
    assert [row.actual for row in plain.golden] == [line.actual for line in held_out]
    for row, line in zip(plain.golden, held_out, strict=True):
        assert row.inputs["surface"] == usable[line.row].numbers["surface"], line.row
        assert row.figures == pytest.approx((line.price, line.lower, line.upper), rel=1e-6)


@pytest.mark.check("training.holdout-random")
def test_the_held_out_rows_are_neither_easy_nor_in_one_place(
    plain: Experiment, usable: dict[int, Flat]
) -> None:
    from scipy.stats import mannwhitneyu  # seconds to import, for all workers of the gate

    held_out = set(plain.predictions.of("holdout").rows)
    crossed = plain.predictions.of("cv")
    looks: dict[str, dict[int, float]] = {
        "error": {line.row: abs(line.residual) for line in crossed},
        "place in the file": {row: row for row in usable},
        "price": {row: flat.price for row, flat in usable.items()},
        "month": {row: flat.month for row, flat in usable.items()},
    }
    for name, values in looks.items():
        inside = [value for row, value in values.items() if row in held_out]
        outside = [value for row, value in values.items() if row not in held_out]
        chance = float(mannwhitneyu(inside, outside).pvalue)
        assert chance > RISK / len(looks), f"{name}: held-out sales are unlike the others"


@pytest.mark.check("training.metrics")
def test_every_logged_error_follows_from_rows_and_predictions(
    plain: Experiment, usable: dict[int, Flat]
) -> None:
    expected: dict[str, list[float]] = {}
    for split in ("cv", "forward", "holdout"):
        scores = plain.predictions.of(split).scores()
        expected |= {f"{split}_{key}": [value] for key, value in scores.items()}
    crossed = plain.predictions.of("cv")
    for fold in crossed.folds:
        for key, value in crossed.in_fold(fold).scores().items():
            expected.setdefault(f"fold_{key}", []).append(value)
    for district in DISTRICTS:
        lines = Predictions(line for line in crossed if usable[line.row].district == district)
        assert len(lines) >= SMALLEST_SEGMENT
        name = METRIC_NAMES.get(district, district)
        by_segment = {"sales": float(len(lines)), **lines.scores()}
        expected |= {f"segment/{name}/{key}": [value] for key, value in by_segment.items()}
    for name, prices in baseline_prices(plain, usable).items():
        simple = point_scores(crossed.column("actual"), prices)
        expected |= {f"baseline_{name}_{key}": [value] for key, value in simple.items()}

    missing = sorted(set(expected) - set(plain.metrics))
    assert not missing, f"errors that are not logged: {missing}"
    assert set(plain.metrics) == set(expected), "errors were logged that nobody can check"
    for key, values in expected.items():
        assert plain.metrics[key] == pytest.approx(values, rel=1e-6), f"{key} is another"


def baseline_prices(experiment: Experiment, usable: dict[int, Flat]) -> dict[str, Floats]:
    """Prices of the rows of each fold by the median and by a ridge regression of the logarithm on
    scaled columns, of the rest."""
    crossed = experiment.predictions.of("cv")
    table = np.array([columns(usable[line.row]) for line in crossed])
    prices = crossed.column("actual")
    median, linear = np.empty(len(crossed)), np.empty(len(crossed))
    for fold in crossed.folds:
        asked = np.array([line.fold == fold for line in crossed])
        known, logs = table[~asked], np.log(prices[~asked])
        mean, spread = known.mean(axis=0), known.std(axis=0)
        spread[spread == 0] = 1  # what all of them have in common
        scaled = (known - mean) / spread
        weights = np.linalg.solve(
            scaled.T @ scaled + np.eye(scaled.shape[1]), scaled.T @ (logs - logs.mean())
        )
        median[asked] = np.median(prices[~asked])
        linear[asked] = np.exp(logs.mean() + (table[asked] - mean) / spread @ weights)
    return {"median": median, "linear": linear}


def columns(flat: Flat) -> list[float]:
    """Numbers as they are, ranks of what is ordered, one column for each choice that is not."""
    return [
        *flat.numbers.values(),
        float(CONDITIONS.index(flat.condition)),
        float(flat.lift),
        *(float(flat.district == district) for district in DISTRICTS),
    ]


@pytest.mark.check("training.data")
def test_what_is_logged_of_the_data_is_true_of_the_file(
    plain: Experiment, usable: dict[int, Flat]
) -> None:
    rows = flats()
    told = plain.artifact("tables/rows.txt").decode()
    dropped = sum(int(count) for count in re.findall(r"(\d+) rows? dropped", told))

    assert plain.params["data_sha256"] == plain.data_sha256
    assert plain.params["sales"] == str(len(usable))
    assert f"{len(usable)} of {len(rows)} rows used" in told
    assert dropped == len(rows) - len(usable), f"rows are missing without a reason: {told}"
    assert set(plain.params["inputs"].split(", ")) == set(plain.golden[0].inputs)


@pytest.mark.check("training.settings")
def test_the_settings_that_a_run_logs_are_those_it_was_given(plain: Experiment) -> None:
    logged = {key: plain.params.get(key) for key in SETTINGS}

    assert logged == {key: str(value) for key, value in SETTINGS.items()}


@pytest.mark.check("training.times")
def test_times_are_utc_wherever_the_training_runs(experiments: dict[str, Experiment]) -> None:
    """The training ran in another time zone."""
    for name, experiment in experiments.items():
        began, ended = experiment.began - 1, experiment.ended + 1  # written in whole seconds
        named = re.search(r"\d{8}T\d{6}Z", experiment.run["name"])
        times = {
            "start": experiment.run["start_time"] / 1000,
            "end": experiment.run["end_time"] / 1000,
            "name": utc(named[0], "%Y%m%dT%H%M%SZ") if named else 0.0,
        }
        if experiment.published:
            manifest = Bundle(Path(experiment.folder) / "bundle").manifest
            times["manifest"] = utc(manifest["created_at"], "%Y-%m-%dT%H:%M:%SZ")
        for what, moment in times.items():
            assert began <= moment <= ended, f"{name}, {what}: not the time at which it ran"
        assert times["start"] < times["end"]


def utc(text: str, form: str) -> float:
    return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()


@pytest.mark.check("training.plots")
def test_the_plots_of_other_data_are_other_plots(experiments: dict[str, Experiment]) -> None:
    one, other = experiments["plain"], experiments["shuffled"]
    names = [file.name for file in (one.artifacts / "plots").iterdir()]

    assert len(names) >= 5
    for name in names:
        drawn, again = (run.artifact(f"plots/{name}") for run in (one, other))
        assert drawn != again, f"{name} shows the same whatever the data"


@pytest.mark.check("training.served-claims")
def test_every_error_that_the_served_model_claims_follows_from_its_predictions(
    bundle: Bundle, sales: Sales, figure: Figures
) -> None:
    """Of the bundle that is served, whatever it was trained on."""
    assert "predictions.csv" in bundle.manifest["files"], "nobody can check it: train again"
    lines = bundle.predictions
    crossed, held_out = lines.of("cv"), lines.of("holdout")
    prices = sorted(sale.price for sale in sales.usable)

    assert bundle.manifest["files"]["predictions.csv"]["sha256"] == bundle.sha256("predictions.csv")
    assert len(set(crossed.rows)) == len(crossed)
    assert sorted(line.actual for line in crossed) == prices, "the CSV has other prices"
    assert sorted(line.actual for line in held_out) == sorted(row.actual for row in bundle.golden)
    claimed = bundle.manifest["metrics"]
    expected = {
        f"{split}_{key}": value
        for split in ("cv", "forward", "holdout")
        if lines.of(split)
        for key, value in lines.of(split).scores().items()
    }
    claims = {key: value for key, value in claimed.items() if not key.startswith("baseline_")}
    assert claims == pytest.approx(expected, rel=1e-6)
    check_parts("cv", bands(crossed), float(bundle.manifest["coverage"]))
    figure("errors", len(claims))
