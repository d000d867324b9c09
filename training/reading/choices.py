"""A column of choices: which there are, what they are called, and which stand together."""

from __future__ import annotations

import pandas as pd

from app.contract import Kind
from training.errors import nearest
from training.reading.column import Column, Source, counted_rows
from training.reading.missing import ALWAYS
from training.reading.numbers import how_to_write, looks_like

MAX_CHOICES = 100
FEW_SALES = 3
"""Sales below which a choice says little: with ``other`` it stands among the others."""
MANY_WORDS = 4


def choices(source: Source) -> Column:
    """Full names of choices, shape (n,)."""
    spec, notes = source.spec, list[str]()
    if spec.ordered and spec.choices is None:
        problem = "nothing says how they are ordered"
        codes = ", ".join(sorted(source.text.dropna().unique()))
        fix = f"list them from worst to best as choices, code = name: {codes}"
        raise source.error("ordered", problem, fix)
    source = _with_plain_codes(source)
    if spec.choices is None:
        _refuse_twins(source)
    names = dict(spec.choices or {code: code for code in sorted(source.text.dropna().unique())})
    if spec.other is not None:
        names, notes = _grouped(source, names, spec.other)
    text = source.text
    counts = text.value_counts()
    _check_few(source, names, counts)
    unseen = text.notna() & ~text.isin(list(names))
    if unseen.any() and spec.outside == "refuse":
        codes = ", ".join(sorted(text[unseen].unique())[:5])
        problem = f"{counted_rows(unseen)} with codes that are not listed: {codes}"
        raise source.error(
            "choices", problem, 'list them, or set outside = "drop" or other = "Other"'
        )
    absent = [code for code in names if code not in counts.index]
    if absent:
        problem = f"no row holds {', '.join(absent)}, so nothing can be learnt about it"
        fix = "remove it from the list"
        if absent[0].casefold() in ALWAYS:
            fix = f'set missing = "{absent[0]}", which an empty cell then means'
        raise source.error("choices", problem, fix)
    default = spec.default
    if default is None:
        default = names[str(counts[counts.index.isin(list(names))].index[0])]
    elif default not in names.values():
        fix = nearest(str(default), names.values())
        raise source.error("default", f'"{default}" is not one of the choices', fix)
    contract = source.contract(
        Kind.CHOICE, default, choices=tuple(dict.fromkeys(names.values())), ordered=spec.ordered
    )
    dropped = source.dropped(unseen, "a choice that is not listed")
    return Column(text.map(names), contract, unseen, notes, dropped)


def _with_plain_codes(source: Source) -> Source:
    """The cells with 1 for 1.0 where 1 is listed, since programs write whole numbers so."""
    listed = source.spec.choices or {}
    plain = source.text.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)
    return source.with_text(source.text.where(~plain.isin(list(listed)), plain))


def _refuse_twins(source: Source) -> None:
    """Refuses choices that differ in capitals and blanks only."""
    cells = pd.Series(source.text.dropna().unique(), dtype="str")
    same = cells.str.casefold().str.replace(r"[\s_-]+", "", regex=True)
    if same.duplicated().any():
        twins = cells[same == same[same.duplicated()].iloc[0]]
        problem = f"{' and '.join(map(repr, twins))} are two choices"
        fix = "write them in one way, or list both under choices with a name each"
        raise source.error("choices", problem, fix)


def _grouped(source: Source, names: dict[str, str], other: str) -> tuple[dict[str, str], list[str]]:
    """The names with those of few sales, and of those that are not listed, as ``other``."""
    counts = source.text.value_counts()
    often = counts[counts >= FEW_SALES].index[: MAX_CHOICES - 1]
    rare = [code for code in counts.index if code not in names or code not in often]
    if not rare:
        return names, [f"{source.name}: no choice is rare, so there is no {other!r}"]
    kept = {code: name for code, name in names.items() if code not in rare}
    sales = int(counts[rare].sum())
    return (
        {**kept, **dict.fromkeys(rare, other)},
        [f"{source.name}: {len(rare)} choices with {sales} sales stand together as {other!r}"],
    )


def _check_few(source: Source, names: dict[str, str], counts: pd.Series) -> None:
    column, text = source.spec.column, source.text
    if len(set(names.values())) == 1 and len(counts) == 1 and source.spec.choices is None:
        problem = f'"{column}" holds "{counts.index[0]}" only'
        raise source.error("column", problem, "remove the input, it says nothing")
    different = len(set(names.values()))
    if different <= MAX_CHOICES and (len(text) < 30 or different <= len(text) / 2):
        return
    cells = [str(cell) for cell in counts.index]
    problem = f'"{column}" has {different} different values, such as "{cells[0]}"'
    what = looks_like(cells)
    if what is not None:
        fix = how_to_write(cells[0], what)
        raise source.error("column", f"{problem}, {what}", fix)
    if sum(cell.count(" ") >= MANY_WORDS for cell in cells) > len(cells) / 2:
        raise source.error("column", f"{problem}: free text", "leave the input out")
    common = int((counts >= FEW_SALES).sum())
    if common < 2:
        raise source.error("column", f"{problem}: it is no choice", "list it under identifiers")
    fix = f'set other = "Other": choices with fewer than {FEW_SALES} sales then stand together'
    raise source.error("other", f"{problem} (at most {MAX_CHOICES} may be)", fix)
