"""When each sale was: which sales are late enough to test a model of the earlier ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from training.errors import DatasetError
from training.reading.column import Cells, counted_rows
from training.reading.missing import numbers_for_missing
from training.spec import TimeSpec

CERTAIN = (
    "%Y-%m-%d", "%Y-%m", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%dT%H%M%S", "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%m.%Y",
    "%m/%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %Y", "%B %Y", "%d-%b-%Y",
)  # fmt: skip
"""Ways to write a date that are read in one way only."""
EITHER = (
    "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M",
    "%d/%m/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d",
    "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%d.%m.%y", "%y.%m.%d", "%d-%b-%y", "%y-%b-%d",
)  # fmt: skip
"""Ways that are told apart only by days after the twelfth."""
FIRST_YEAR, LAST_YEAR = 1700, 2200
"""No sale of a house is before or after: such a year says "unknown"."""
EPOCH = pd.Timestamp(1970, 1, 1)
MIN_LATER = 20
MIN_EARLIER = 50


def later_sales(cells: Cells, spec: TimeSpec) -> np.ndarray:
    """Which sales, shape (n,), are from ``test_from`` on.

    Raises:
        DatasetError: a cell is no moment, or too few sales are before or after.
    """
    moments, from_ = _moments(cells, spec)
    text = cells.text
    later = (moments >= from_).to_numpy()
    for count, least, where in (
        (int(later.sum()), MIN_LATER, "from then on"),
        (int((~later).sum()), MIN_EARLIER, "before"),
    ):
        if count < least:
            problem = (
                f'{count} of {len(text)} sales have "{spec.column}" {where}, at least {least} must'
                f" (from {text.iloc[moments.argmin()]} to {text.iloc[moments.argmax()]} in all)"
            )
            fix = "choose a moment inside the data, or leave [time] out"
            raise DatasetError(cells.file, "time.test_from", problem, fix)
    return later


def _moments(cells: Cells, spec: TimeSpec) -> tuple[pd.Series, float]:
    """A number for each sale that rises with time, shape (n,), and the one of ``test_from``."""
    text = cells.text
    if (empty := text.isna()).any():
        problem = f'"{spec.column}" is empty on line {cells.lines[empty].iloc[0]}'
        raise DatasetError(cells.file, "time.column", problem, "fill it in, or leave [time] out")
    numbers = pd.to_numeric(text, errors="coerce")
    month_of_year = text.str.fullmatch(r"\d{1,2}\.\d{4}").all()
    if spec.date is None and not numbers.isna().any() and not month_of_year:
        _check_numbers(cells, numbers)
        if isinstance(spec.test_from, int | float):
            return numbers, float(spec.test_from)
        problem = f'{spec.test_from} is a date, and "{spec.column}" holds numbers'
        fix = f"write a number, such as {text.iloc[0]}, or say how dates are written with date"
        raise DatasetError(cells.file, "time.test_from", problem, fix)
    dates = _dates(cells, spec)
    far = ~dates.dt.year.between(FIRST_YEAR, LAST_YEAR)
    if far.any():
        problem = f"{cells.example(far)} is no time of a sale"
        fix = "correct it, or leave out the rows whose time is unknown"
        raise DatasetError(cells.file, "time.column", problem, fix)
    return (dates - EPOCH) / pd.Timedelta(days=1), (_first_day(cells.file, spec) - EPOCH).days


def _check_numbers(cells: Cells, numbers: pd.Series) -> None:
    """Refuses numbers that do not rise with time, and those that say "unknown"."""
    text = cells.text
    if text.str.fullmatch(r"\d{8}").all() and as_dates(text, ("%Y%m%d",))["%Y%m%d"].isna().any():
        problem = f"{cells.example(text.notna())} is not year, month and day"
        fix = 'say how dates are written, such as date = "%d%m%Y"'
        raise DatasetError(cells.file, "time.date", problem, fix)
    if text.str.fullmatch(r"\d{2}").all() and numbers.max() > 60 and numbers.min() < 40:
        problem = "years of two digits: 98 is later than 05 here"
        raise DatasetError(
            cells.file, "time.column", problem, 'set date = "%y", or write them in full'
        )
    if unknown := numbers_for_missing(numbers):
        rows = numbers.isin(unknown)
        problem = f'{cells.example(rows)}, in {counted_rows(rows)}, looks like "unknown"'
        fix = "correct it, or leave out the rows whose time is unknown"
        raise DatasetError(cells.file, "time.column", problem, fix)


def as_dates(text: pd.Series, forms: Sequence[str]) -> dict[str, pd.Series]:
    """Way to write dates -> the dates that it makes of these cells, NaT where it makes none.

    Parts of seconds and the distance from UTC are left out: a day is that of the place.
    """
    plain = text.str.replace(r"(:\d\d)\.\d+", r"\1", regex=True)
    plain = plain.str.replace(r"(\d\d:?\d\d:?\d\d)\s*(?:Z|[+-]\d\d:?\d\d)$", r"\1", regex=True)
    return {
        form: pd.to_datetime(plain, format=form.replace("%z", "").strip(), errors="coerce")
        for form in forms
    }


def _dates(cells: Cells, spec: TimeSpec) -> pd.Series:
    text = cells.text
    try:
        read = as_dates(text, (spec.date,) if spec.date else (*CERTAIN, *EITHER))
    except ValueError as error:
        fix = 'write it as in "%d/%m/%Y"'
        raise DatasetError(
            cells.file, "time.date", f"no way to write dates: {error}", fix
        ) from None
    whole = {form: dates for form, dates in read.items() if not dates.isna().any()}
    first = next(iter(whole.values()), None)
    if first is not None and any(not dates.equals(first) for dates in whole.values()):
        ways = " or ".join(f'date = "{form}"' for form in whole)
        problem = f"{cells.example(text.notna())} can be several days"
        raise DatasetError(cells.file, "time.date", problem, f"set {ways}")
    if first is not None:
        return first
    form, best = max(read.items(), key=lambda one: one[1].notna().sum())
    wrong = best.isna()
    example = cells.example(wrong)
    problem = f'{wrong.sum()} cells of "{spec.column}" are no date as in {form}, such as {example}'
    if not spec.date and wrong.all():
        problem = f'"{spec.column}" holds neither numbers nor dates, such as {example}'
    fix = 'write them as 2017-01-31, or say how they are written, such as date = "%d/%m/%Y"'
    raise DatasetError(cells.file, "time.date" if spec.date else "time.column", problem, fix)


def _first_day(file: Path, spec: TimeSpec) -> pd.Timestamp:
    """The day of ``test_from``: of a year and of a month, the first one."""
    given = spec.test_from
    parts = re.fullmatch(r"(\d{4})(?:-?(\d\d))?(?:-?(\d\d))?", str(given))
    try:
        if parts is not None:
            return pd.Timestamp(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
    except ValueError:
        pass
    raise DatasetError(file, "time.test_from", f"{given} is no date", 'write it as "2017-01-31"')
