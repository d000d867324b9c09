"""A column that holds yes and no, however these are written."""

from __future__ import annotations

import pandas as pd

from app.contract import Kind
from training.reading.column import Column, Source, counted_rows

YES = {"y", "yes", "t", "true", "1", "1.0"}
NO = {"n", "no", "f", "false", "0", "0.0"}


def is_yes_no(text: pd.Series) -> bool:
    """Whether these cells, none of them missing, hold a yes and a no and nothing else."""
    seen = set(text.str.lower())
    return len(seen) == 2 and bool(seen & YES) and bool(seen & NO)


def yes_no(source: Source) -> Column:
    """True and false, shape (n,)."""
    text = source.text
    lower = text.str.lower()
    values = lower.map(lambda cell: cell in YES, na_action="ignore")
    unreadable = text.notna() & ~lower.isin(YES | NO)
    if unreadable.any() and source.spec.outside == "refuse":
        problem = (
            f"{counted_rows(unreadable)} with neither yes nor no, such as"
            f" {source.example(unreadable)}"
        )
        raise source.error("", problem, 'write yes/no in the CSV, or set outside = "drop"')
    default = source.spec.default
    if default is None:
        default = bool(values.dropna().mean() >= 0.5)
    contract = source.contract(Kind.YES_NO, default)
    return Column(values, contract, unreadable, source.dropped(unreadable, "neither yes nor no"))
