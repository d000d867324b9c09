"""Warnings for houses unlike those that the model learnt from."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.contract import Contract, Input, Kind
from app.extrapolation import Extrapolation

YEAR = Input(
    name="year", label="Year built", group="State", kind=Kind.INTEGER,
    minimum=1850, maximum=2030, step=1, default=1990, seen_minimum=1872, seen_maximum=2010,
)  # fmt: skip
AREA = Input(
    name="area", label="Lot", group="Size", kind=Kind.NUMBER, unit="sq ft",
    minimum=0, maximum=3e5, step=0.5, default=9500, seen_minimum=1300.5, seen_maximum=215245.0,
)  # fmt: skip
HEATING = Input(
    name="heating", label="Heating", group="State", kind=Kind.CHOICE,
    choices=("Gas", "Oil", "Peat"), default="Gas", unseen_choices=("Peat",),
)  # fmt: skip
LIFT = Input(name="lift", label="Lift", group="State", kind=Kind.YES_NO, default=False)


def warned(**house: Any) -> dict[str, str]:
    contract = Contract(
        dataset="d", title="D", inputs=(YEAR, AREA, HEATING, LIFT),
        target={"label": "Price", "currency": "USD"},  # type: ignore[arg-type]
    )  # fmt: skip
    usual: dict[str, Any] = {"year": 1990, "area": 9500, "heating": "Gas", "lift": True}
    found = Extrapolation(contract).warnings({**usual, **house})
    return {warning["field"]: warning["message"] for warning in found}


@pytest.mark.parametrize("year", [1872, 1990, 2010])
def test_what_the_model_has_seen_carries_no_warning(year: int) -> None:
    assert warned(year=year, area=1300.5) == warned(area=215245) == {}


def test_each_value_beyond_is_named_with_what_the_model_has_seen() -> None:
    assert warned(year=2011, area=1300.4, heating="Peat") == {
        "year": "Year built is beyond the 1872 to 2010 that the model learnt from: "
        "the price is an extrapolation.",
        "area": "Lot is beyond the 1,300.5 to 215,245 sq ft that the model learnt from: "
        "the price is an extrapolation.",
        "heating": "No sale that the model learnt from has this Heating: the price is a guess.",
    }
    assert list(warned(year=1871)) == ["year"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (YEAR, {"seen_maximum": 2031}),
        (YEAR, {"seen_minimum": None}),
        (HEATING, {"seen_minimum": 1, "seen_maximum": 2}),
        (HEATING, {"unseen_choices": ("Coal",)}),
        (HEATING, {"unseen_choices": HEATING.choices}),
        (LIFT, {"unseen_choices": ("Yes",)}),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(field: Input, wrong: Any) -> None:
    with pytest.raises(ValidationError, match="seen"):
        Input.model_validate({**dict(field), **wrong})
