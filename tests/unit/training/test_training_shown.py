"""The closing table of a training says an error in money so that a person can tell two apart."""

from __future__ import annotations

import pytest

from training.recipe import HEADINGS


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (0.0, "0"),
        (0.000012345, "0.0000123"),
        (0.0316, "0.0316"),
        (0.316, "0.316"),
        (2.5, "2.50"),
        (9.999, "10.00"),
        (31.6, "31.6"),
        (999.4, "999"),
        (14_079.4, "14,079"),
        (4.25e9, "4,250,000,000"),
    ],
)
def test_an_error_in_money_has_three_digits_at_least_and_no_cents_of_thousands(
    error: float, shown: str
) -> None:
    assert HEADINGS["MAE"][1](error) == shown
