"""A column that holds yes and no, however these are written."""

from __future__ import annotations

import pandas as pd

from app.contract import Kind
from training.reading.column import Column, Source, counted_rows

YES = {"y", "yes", "t", "true", "1", "1.0"}
NO = {"n", "no", "f", "false", "0", "0.0"}


PAIRS = ({"y", "n"}, {"yes", "no"}, {"t", "f"}, {"true", "false"}, {"1", "0", "1.0", "0.0"})


def is_yes_no(text: pd.Series, missing: str | None = None) -> bool:
    """Whether these cells, none of them missing, hold a yes and a no of one sort and nothing else.

    Args:
        missing: what an empty cell means, which may be written otherwise.
    """
    seen = set(text.str.lower())
    if not any(seen <= pair for pair in PAIRS):
        return False
    code = {missing.lower()} & (YES | NO) if missing is not None else set()
    return bool((seen | code) & YES) and bool((seen | code) & NO)


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
    if not values.loc[~unreadable].notna().any():
        problem = (
            f'"{source.spec.column}" holds neither yes nor no, but {source.example(unreadable)}'
        )
        raise source.error("kind", problem, "write yes/no in the CSV, or leave kind out")
    default = source.spec.default
    if default is None:
        default = bool(values[~unreadable].dropna().mean() >= 0.5)
    contract = source.contract(Kind.YES_NO, default)
    dropped = source.dropped(unreadable, "neither yes nor no")
    return Column(values, contract, unreadable, dropped_notes=dropped)
