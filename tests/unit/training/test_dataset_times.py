"""When sales were: numbers and dates are read as they were meant, and enough are on both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.training.sales_file import lines, read
from training.errors import DatasetError


def test_the_month_of_a_year_is_no_fraction(tmp_path: Path) -> None:
    time = '[time]\ncolumn = "sold"\ntest_from = "2016-01-01"'

    dataset = read(tmp_path, lines(sold="{month:02}.{year}"), time=time)

    assert dataset.later is not None
    assert dataset.later.sum() == sum(2010 + row % 9 >= 2016 for row in range(200))


@pytest.mark.parametrize(
    "sold",
    ["{year}-{month:02}-01T00:00:00.000Z", "{year}-{month:02}-01T00:00:00+02:00"],
)
def test_a_day_is_that_of_the_place(tmp_path: Path, sold: str) -> None:
    time = '[time]\ncolumn = "sold"\ntest_from = "2016-01-01"'

    dataset = read(tmp_path, lines(sold=sold), time=time)

    assert dataset.later is not None
    assert dataset.later.sum() == sum(2010 + row % 9 >= 2016 for row in range(200))


def test_times_of_sales_are_those_of_the_rows_that_are_kept(tmp_path: Path) -> None:
    rows = lines(sold="{year}")
    rows[1:1] = [rows[5], rows[7].replace(",2016", ",2010")]

    dataset = read(tmp_path, rows, time='[time]\ncolumn = "sold"\ntest_from = 2016')

    assert dataset.later is not None
    assert len(dataset.later) == len(dataset.price) == 200


def test_moments_can_be_fractions_of_a_year(tmp_path: Path) -> None:
    time = '[time]\ncolumn = "sold"\ntest_from = 2016.25'

    dataset = read(tmp_path, lines(sold="{year}.250"), time=time)

    assert dataset.later is not None
    assert dataset.later.sum() == sum(2010 + row % 9 >= 2016 for row in range(200))


@pytest.mark.parametrize(("from_", "told"), [(2018.5, "0 of 200"), (2010, "before, at least 50")])
def test_too_few_sales_on_one_side_are_refused_before_training(
    tmp_path: Path, from_: float, told: str
) -> None:
    time = f'[time]\ncolumn = "sold"\ntest_from = {from_}'

    with pytest.raises(DatasetError, match=told):
        read(tmp_path, lines(sold="{year}"), time=time)


def test_one_late_sale_is_too_few_to_test_a_model(tmp_path: Path) -> None:
    rows = [*lines(sold="2016"), "late,250000,80,3,gas,40,2019"]

    with pytest.raises(DatasetError, match=r"1 of 201 sales .* at least 20 must"):
        read(tmp_path, rows, time='[time]\ncolumn = "sold"\ntest_from = 2019')
