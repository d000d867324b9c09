"""When each sale was: which sales are late enough to test a model of the earlier ones."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from training.errors import DatasetError
from training.spec import TimeSpec

CERTAIN = ("%Y-%m-%d", "%Y-%m", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%dT%H%M%S", "%Y-%m-%dT%H:%M:%S",
           "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%dT%H%M%SZ", "%d.%m.%Y", "%d %b %Y",
           "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y")  # fmt: skip
"""Ways to write a date that are read in one way only."""
EITHER = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M",
          "%d/%m/%y", "%m/%d/%y")  # fmt: skip
"""Ways that are told apart only by days after the twelfth."""
MIN_LATER = 20
MIN_EARLIER = 50


def later_sales(file: Path, spec: TimeSpec, text: pd.Series, lines: pd.Series) -> np.ndarray:
    """Which sales, shape (n,), are from ``test_from`` on.

    Raises:
        DatasetError: a cell is no moment, or too few sales are before or after.
    """
    moments, from_ = _moments(file, spec, text, lines)
    later = (moments >= from_).to_numpy()
    for count, least, where in (
        (int(later.sum()), MIN_LATER, "from then on"),
        (int((~later).sum()), MIN_EARLIER, "before"),
    ):
        if count < least:
            problem = (
                f'{count} of {len(text)} sales have "{spec.column}" {where}, at least {least} must'
                f" (the data goes from {text[moments.idxmin()]} to {text[moments.idxmax()]})"
            )
            fix = "choose a moment inside the data, or leave [time] out"
            raise DatasetError(file, "time.test_from", problem, fix)
    return later


def _moments(
    file: Path, spec: TimeSpec, text: pd.Series, lines: pd.Series
) -> tuple[pd.Series, float]:
    """A number for each sale that rises with time, shape (n,), and the one of ``test_from``."""
    if text.isna().any():
        problem = f'"{spec.column}" is empty on line {lines[text.isna()].iloc[0]}'
        raise DatasetError(file, "time.column", problem, "fill it in, or leave [time] out")
    numbers = pd.to_numeric(text, errors="coerce")
    if spec.date is None and not numbers.isna().any():
        if isinstance(spec.test_from, int):
            return numbers, float(spec.test_from)
        problem = f'{spec.test_from} is a date, and "{spec.column}" holds numbers'
        fix = f"write a number, such as {text.iloc[0]}, or say how dates are written with date"
        raise DatasetError(file, "time.test_from", problem, fix)
    dates = _dates(file, spec, text, lines)
    return (dates - pd.Timestamp(0)) / pd.Timedelta(days=1), _day(file, spec)


def _dates(file: Path, spec: TimeSpec, text: pd.Series, lines: pd.Series) -> pd.Series:
    read = {
        form: pd.to_datetime(text, format=form, errors="coerce")
        for form in ((spec.date,) if spec.date else (*CERTAIN, *EITHER))
    }
    whole = {form: dates for form, dates in read.items() if not dates.isna().any()}
    if len(whole) > 1:
        differ = [dates for dates in whole.values() if not dates.equals(next(iter(whole.values())))]
        if differ:
            ways = " or ".join(f'date = "{form}"' for form in whole)
            problem = f'"{text.iloc[0]}" on line {lines.iloc[0]} is one of two days'
            raise DatasetError(file, "time.date", problem, f"set {ways}")
    if whole:
        return next(iter(whole.values()))
    form, best = max(read.items(), key=lambda one: one[1].notna().sum())
    wrong = best.isna()
    example = f'"{text[wrong].iloc[0]}" on line {lines[wrong].iloc[0]}'
    problem = f'{wrong.sum()} cells of "{spec.column}" are no date as in {form}, such as {example}'
    if not spec.date and wrong.all():
        problem = f'"{spec.column}" holds neither numbers nor dates, such as {example}'
    fix = 'write them as 2017-01-31, or say how they are written, such as date = "%d/%m/%Y"'
    raise DatasetError(file, "time.date" if spec.date else "time.column", problem, fix)


def _day(file: Path, spec: TimeSpec) -> float:
    given = spec.test_from
    if isinstance(given, date):
        return (datetime(given.year, given.month, given.day) - datetime(1970, 1, 1)).days
    parts = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?|(\d{4})(\d\d)(\d\d)", str(given))
    try:
        if parts is None:
            raise ValueError(given)
        year, month, day = parts[1] or parts[4], parts[2] or parts[5], parts[3] or parts[6]
        moment = datetime(int(year), int(month or 1), int(day or 1))
    except ValueError:
        fix = 'write it as "2017-01-31"'
        raise DatasetError(file, "time.test_from", f"{given} is no date", fix) from None
    return float((moment - datetime(1970, 1, 1)).days)
