"""How often and how well the intervals hold what was really paid."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.verdict.checks import Figures, does_not_apply
from tests.houses.api import PriceApi
from tests.houses.bundle import Bundle, GoldenRow
from tests.houses.sales import Sale
from tests.integration.served import RISK, Served, tenths

ALIKE = 1.05  # of the widest tenth over the narrowest


def inside_by_chance(learnt: int, judged: int, coverage: float) -> tuple[float, float]:
    """Least and most of ``judged`` prices inside intervals that were calibrated on ``learnt``."""
    from scipy.stats import betabinom  # seconds to import, for all workers of the gate

    rank = math.ceil((learnt + 1) * coverage)
    inside = betabinom(judged, rank, learnt + 1 - rank)
    return float(inside.ppf(RISK / 2)), float(inside.ppf(1 - RISK / 2))


@pytest.mark.check("quality.coverage")
def test_the_intervals_hold_as_many_real_prices_as_they_promise(
    served: Served, learnt: list[Sale], figure: Figures
) -> None:
    """The exact bounds for intervals that were calibrated on so many sales (Vovk 2012)."""
    least, most = inside_by_chance(len(learnt), len(served.actual), served.coverage)

    figure("prices inside their interval", served.inside, at_least=least, at_most=most)


@pytest.mark.check("quality.forward-coverage")
def test_an_answer_says_it_where_intervals_did_not_hold_the_latest_prices(
    api: PriceApi, served: Served, bundle: Bundle, golden: list[GoldenRow], figure: Figures
) -> None:
    """Not "9 in 10" alone, where it was 8 in 10 of the sales after those that it learnt from."""
    sales, later = (len(bundle.predictions.of(split)) for split in ("cv", "forward"))
    missed = None
    if later:
        inside = sum(line.inside for line in bundle.predictions.of("forward"))
        least, _ = inside_by_chance(sales - later, later, served.coverage)
        figure("latest prices inside their interval", inside)
        missed = inside / later if inside < least else None

    said = api.predict(golden[0].inputs).forward_coverage, api.model()["forward_coverage"]

    assert said == (missed, missed), "the intervals held another share of the latest prices"


@pytest.mark.check("quality.width")
def test_the_width_of_the_interval_differs_between_houses(
    served: Served, bundle: Bundle, figure: Figures
) -> None:
    """By as much as the error that training expects of them. A share of the price that is the same
    for all is no interval of the model's own."""
    expected = tenths(bundle.predictions.of("holdout").column("spread"))
    if expected < ALIKE:
        does_not_apply("the model expects errors of one size for all houses")

    found = tenths(np.log(served.upper / served.lower))

    figure("width, widest tenth over narrowest", found, at_least=0.99 * expected)
