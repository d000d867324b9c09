"""What the model was trained on: the data that it names, and nothing that gives the price away."""

from __future__ import annotations

import pytest

from harness.verdict.checks import Figures
from tests.houses.bundle import Bundle, GoldenRow
from tests.houses.sales import Sale, Sales


@pytest.mark.check("quality.data")
def test_the_model_was_trained_on_the_data_that_its_manifest_names(
    bundle: Bundle, sales: Sales
) -> None:
    assert bundle.manifest["data_sha256"] == sales.sha256, "train again, or restore the dataset"


@pytest.mark.check("quality.held-out")
def test_the_held_out_houses_are_sales_of_that_data(
    sales: Sales, golden: list[GoldenRow], learnt: list[Sale], figure: Figures
) -> None:
    known = {sale.key for sale in sales.usable}
    invented = [row for row in golden if Sale(row.inputs, row.actual).key not in known]

    assert invented == [], "these are no sales of the dataset"
    assert len(golden) + len(learnt) == len(sales.usable), "a sale is held out twice"
    figure("sales", len(sales.usable))
    figure("of them held out", len(golden), at_least=20)


@pytest.mark.check("quality.too-good")
def test_the_model_is_not_better_than_an_honest_one_can_be(bundle: Bundle, figure: Figures) -> None:
    """Nobody can tell what a house will sell for to 5 %: a model that can was told the price."""
    metrics = bundle.manifest["metrics"]

    figure("RMSLE, cross-validated", metrics["cv_rmsle"], at_least=0.05)
    figure("RMSLE, held out", metrics["holdout_rmsle"], at_least=metrics["cv_rmsle"] / 2)


@pytest.mark.check("quality.leak")
def test_no_input_gives_the_price_away(sales: Sales, bundle: Bundle, figure: Figures) -> None:
    """One that orders the houses as their prices do was computed from the price."""
    from scipy.stats import spearmanr  # seconds to import, for all workers of the gate

    prices = [sale.price for sale in sales.usable]
    order = {field["name"]: field["choices"] for field in bundle.contract["inputs"]}
    strength = {}
    for name, choices in order.items():
        values = [sale.inputs[name] for sale in sales.usable]
        ranks = [choices.index(value) for value in values] if choices else values
        strength[name] = abs(float(spearmanr(ranks, prices).statistic))

    strongest = max(strength, key=strength.__getitem__)
    figure(f"rank correlation with the price ({strongest})", strength[strongest], at_most=0.95)
