"""Houses unlike all that the model learnt from: they have a price, and it carries a warning."""

from __future__ import annotations

from typing import Any

import pytest

from harness.verdict.checks import Figures, does_not_apply
from tests.houses.api import BATCH, PriceApi
from tests.houses.bundle import GoldenRow
from tests.houses.cases import is_number
from tests.houses.sales import Sale
from tests.houses.unlike import beyond, houses_at_edges

Inputs = dict[str, dict[str, Any]]


@pytest.mark.check("contract.seen")
def test_the_contract_says_what_the_model_has_seen(inputs: Inputs, learnt: list[Sale]) -> None:
    """Computed here from the rows that were not held out."""
    for name, one in inputs.items():
        values = [sale.inputs[name] for sale in learnt]
        if is_number(one):
            said = one["seen_minimum"], one["seen_maximum"]
            assert said == (min(values), max(values)), f"{name}: the model has seen other ends"
        elif one["kind"] == "choice":
            unseen = [choice for choice in one["choices"] if choice not in values]
            assert one["unseen_choices"] == unseen, f"{name}: the model has seen other choices"


@pytest.mark.check("prediction.warnings")
def test_a_price_carries_a_warning_for_each_value_that_the_model_has_not_seen(
    api: PriceApi, golden: list[GoldenRow], inputs: Inputs, figure: Figures
) -> None:
    """And for no other: both sides of each edge, alone and in any place of a batch."""
    fields = list(inputs.values())
    usual = next((row.inputs for row in golden if not beyond(fields, row.inputs)), None)
    assert usual is not None, "of each held-out house some value is unlike all others"
    houses = [*houses_at_edges(fields, usual), *(row.inputs for row in golden)][:BATCH]
    expected = [beyond(fields, house) for house in houses]
    if not any(expected):
        does_not_apply("no input takes a value beyond those that the model learnt from")

    answers = api.predict_batch(houses)

    found = [answer.beyond for answer in answers]
    wrong = [number for number, names in enumerate(expected) if found[number] != names]
    assert wrong == [], f"house {wrong[0]}: warns of {found[wrong[0]]}, not {expected[wrong[0]]}"
    first = expected.index(max(expected, key=len))
    assert api.predict(houses[first]).warnings == answers[first].warnings, "alone it says another"
    for warning in answers[first].warnings:
        assert warning["label"] == inputs[warning["field"]]["label"]
        assert warning["label"] in warning["message"]
    figure("houses with a warning", sum(map(bool, expected)), at_least=1)
