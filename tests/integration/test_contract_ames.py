"""The Ames contract, written out by hand.

All other tests learn from the API what to expect, so they cannot see that the API is wrong. This is
the one deliberate repetition; a change of datasets/ames/dataset.toml has to be made here too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.houses.api import PriceApi

README = Path(__file__).resolve().parents[2] / "README.md"
Inputs = dict[str, dict[str, Any]]

pytestmark = pytest.mark.dataset("ames")

# label, kind, unit, minimum, maximum, step, monotonic
NUMBERS = {
    "lot_area": ("Lot area", "integer", "sq ft", 1000, 220000, 100, "increasing"),
    "living_area": ("Living area", "integer", "sq ft", 300, 6000, 10, "increasing"),
    "total_rooms": ("Rooms", "integer", None, 1, 16, 1, None),
    "bedrooms": ("Bedrooms", "integer", None, 0, 9, 1, None),
    "full_bathrooms": ("Full bathrooms", "integer", None, 0, 5, 1, "increasing"),
    "basement_area": ("Basement area", "integer", "sq ft", 0, 6500, 10, "increasing"),
    "finished_basement_area": (
        "Finished basement area", "integer", "sq ft", 0, 6000, 10, "increasing",
    ),
    "garage_cars": ("Garage", "integer", "cars", 0, 6, 1, "increasing"),
    "fireplaces": ("Fireplaces", "integer", None, 0, 5, 1, "increasing"),
    "year_built": ("Year built", "integer", None, 1858, 2023, 1, None),
}  # fmt: skip

GRADES = [
    "Very poor", "Poor", "Fair", "Below average", "Average", "Above average", "Good", "Very good",
    "Excellent", "Very excellent",
]  # fmt: skip

# label, choices, from worst to best where they have an order, monotonic
CHOICES = {
    "neighborhood": (
        "Neighborhood",
        [
            "Bloomington Heights", "Bluestem", "Briardale", "Brookside", "Clear Creek",
            "College Creek", "Crawford", "Edwards", "Gilbert", "Green Hills", "Greens",
            "Iowa DOT and Rail Road", "Landmark", "Meadow Village", "Mitchell", "North Ames",
            "Northpark Villa", "Northridge", "Northridge Heights", "Northwest Ames", "Old Town",
            "Sawyer", "Sawyer West", "Somerset", "South and West of Iowa State University",
            "Stone Brook", "Timberland", "Veenker",
        ],
        None,
    ),
    "building_type": (
        "Type of dwelling",
        [
            "Single-family detached", "Two-family conversion", "Duplex", "Townhouse, end unit",
            "Townhouse, inside unit",
        ],
        None,
    ),
    "overall_quality": ("Overall quality", GRADES, "increasing"),
    "overall_condition": ("Overall condition", GRADES[:-1], "increasing"),
    "functionality": (
        "Functionality",
        [
            "Salvage only", "Severely damaged", "Major deductions, several", "Major deductions",
            "Moderate deductions", "Minor deductions, several", "Minor deductions",
            "Typical, no deductions",
        ],
        None,
    ),
}  # fmt: skip

ORDERED = {"overall_quality", "overall_condition", "functionality"}
YES_NO = {"central_air": ("Central air conditioning", "increasing")}


@pytest.mark.check("contract.ames-target")
def test_the_title_and_the_target_are_those_of_ames(schema: dict[str, Any]) -> None:
    assert schema["title"] == "Houses in Ames, Iowa"
    assert schema["target"] == {"label": "Sale price", "currency": "USD"}


@pytest.mark.check("contract.ames-inputs")
def test_the_inputs_are_these_16(inputs: Inputs) -> None:
    assert set(inputs) == {*NUMBERS, *CHOICES, *YES_NO}
    assert len(inputs) == 16


@pytest.mark.check("contract.ames-number")
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_has_this_label_unit_and_range(inputs: Inputs, name: str) -> None:
    keys = ("label", "kind", "unit", "minimum", "maximum", "step", "monotonic")

    assert tuple(inputs[name][key] for key in keys) == NUMBERS[name]


@pytest.mark.check("contract.ames-choice")
@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_has_this_label_and_these_choices(inputs: Inputs, name: str) -> None:
    one = inputs[name]

    assert (one["label"], one["choices"], one["monotonic"]) == CHOICES[name]
    assert one["kind"] == "choice"
    assert one["ordered"] is (name in ORDERED)


@pytest.mark.check("contract.ames-yes-no")
@pytest.mark.parametrize("name", YES_NO)
def test_a_yes_no_question_has_this_label(inputs: Inputs, name: str) -> None:
    one = inputs[name]

    assert (one["label"], one["monotonic"]) == YES_NO[name]
    assert one["kind"] == "yes_no"


@pytest.mark.check("contract.ames-readme")
def test_the_house_of_the_readme_is_the_typical_one_and_gets_a_price(
    api: PriceApi, inputs: Inputs
) -> None:
    [body] = re.findall(r"-d '(\{.+?\})'", README.read_text(encoding="utf-8"), re.DOTALL)
    house = json.loads(body)

    assert house == {name: one["default"] for name, one in inputs.items()}
    assert api.predict(house).price > 0
