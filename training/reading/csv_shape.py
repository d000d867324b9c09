"""Whether the rows of a CSV file stand under their headings, and each is a sale."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from training.errors import DatasetError

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
FEW = 50
"""Rows that are enough to see how a file is built."""
MOST = 0.8
"""Share of rows that show how it is built: others may hold quotes, or a mistake."""
SUMMARIES = {
    "total", "totals", "grand total", "subtotal", "sub total", "sum", "average", "avg", "mean",
    "median", "count", "min", "max", "minimum", "maximum", "std", "summe", "gesamt", "gesamtsumme",
    "zwischensumme", "mittelwert", "durchschnitt", "totaal", "subtotaal", "gemiddelde", "somme",
    "moyenne", "sous-total", "suma", "promedio", "media", "totale", "somma", "soma", "média",
    "razem", "średnia", "celkem", "toplam", "ortalama", "medel", "summa", "итого", "合計", "总计",
}  # fmt: skip
Row = tuple[int, list[str]]
"""The line on which it begins, and its cells."""


def width(cells: Sequence[str]) -> int:
    """How many cells there are, without the empty ones at the end."""
    return max((at for at, cell in enumerate(cells, start=1) if cell), default=0)


def check_heading(path: Path, first: Row, rows: Sequence[Row], separator: str | None) -> None:
    """Refuses a file whose cells are separated otherwise, or whose headings stand further down."""
    line, heading = first
    if separator is None and (mark := _separator([first, *rows])) is not None:
        problem = f"its cells are separated by {SEPARATORS[mark]}"
        written = mark.replace("\t", "\\t")
        raise DatasetError(path, "separator", problem, f'set separator = "{written}"')
    usual = _usual([cells for _, cells in rows])
    if width(heading) < usual:
        at = next((row for row in rows[:FEW] if width(row[1]) == usual), None)
        if at is not None and not any(map(_is_number, at[1])):
            problem = f'line {line} is no heading: "{heading[0][:60]}"'
            fix = f"delete what stands above the headings, or set heading_line = {at[0]}"
            raise DatasetError(path, "heading_line", problem, fix)


def _separator(rows: Sequence[Row]) -> str | None:
    """The mark that parts most rows into equally many cells, and more than a comma does."""
    commas = _usual([cells for _, cells in rows])
    texts = [re.sub(r"[\r\n]", " ", ",".join(cells)) for _, cells in rows[:FEW]]
    for mark in SEPARATORS:
        split = [next(csv.reader([text], delimiter=mark), []) for text in texts]
        [(wide, often)] = Counter(map(len, split)).most_common(1)
        if wide > max(1, commas) and often > MOST * len(texts):
            return mark
    return None


def _usual(rows: Sequence[Sequence[str]]) -> int:
    widths = Counter(width(cells) for cells in rows[:FEW])
    return widths.most_common(1)[0][0] if widths else 0


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"\W*\d[\d.,\s]*", cell) is not None


def check_rows(path: Path, heading: Sequence[str], rows: Sequence[Row]) -> None:
    """Refuses rows with more or fewer cells than the heading, and rows that sum up others."""
    # A comma at the end of each row is harmless. In some rows only it is a cell too many, and what
    # stands before it may be under another heading.
    lengths = {len(cells) for _, cells in rows}
    ends = len(lengths) == 1
    wide, written = width(heading), len(heading)
    last_used = max((width(cells) for _, cells in rows), default=0)
    for line, cells in rows:
        fits = len(cells) == written or (ends and len(cells) > written)
        cut = len(cells) < written and last_used <= len(cells)  # nothing stands in what is missing
        if width(cells) > wide or not (fits or cut):
            raise _of_other_width(path, heading, line, cells, rows)
    lines = _summaries(rows)
    if lines:
        more = f", and {len(lines) - 1} others" if lines[1:] else ""
        cells = next(cells for line, cells in rows if line == lines[0])
        problem = f'is no sale: it begins with "{next(filter(None, cells))}"{more}'
        numbers = ", ".join(map(str, lines[:10]))
        fix = "delete that line" if not lines[1:] else f"delete lines {numbers}"
        raise DatasetError(path, f"line {lines[0]}", problem, fix)


def _summaries(rows: Sequence[Row]) -> list[int]:
    """The lines of totals, averages and the like: a word where others have a number, or gaps."""
    usual_gaps = Counter(sum(not cell for cell in cells) for _, cells in rows)
    gaps = usual_gaps.most_common(1)[0][0] if rows else 0
    digits: dict[int, float] = {}
    found = []
    for line, cells in rows:
        at = next(place for place, cell in enumerate(cells) if cell)
        word = cells[at].casefold().strip(" :.=0123456789%")
        if word not in SUMMARIES:
            continue
        if at not in digits:
            column = [row[at] for _, row in rows if len(row) > at and row[at]]
            digits[at] = sum(any(sign.isdigit() for sign in cell) for cell in column) / len(column)
        if digits[at] > MOST or sum(not cell for cell in cells) > gaps + 1:
            found.append(line)
    return found


def named_columns(
    path: Path, heading: Sequence[str], table: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """The columns under their headings, and what is told of those without one."""
    empty = [at for at in table if not (table[at] != "").any()]
    unnamed = [at for at, name in enumerate(heading) if not name]
    notes = [f"column {at + 1} has no heading and is not used" for at in unnamed if at not in empty]
    counts = Counter(name for at, name in enumerate(heading) if name and at not in empty)
    if repeated := [name for name, count in counts.items() if count > 1]:
        raise DatasetError(path, "heading", f'two columns "{repeated[0]}"', "rename one")
    # Of columns with one heading, all but one are empty here.
    kept: dict[str, int] = {}
    for at, name in enumerate(heading):
        if name and (name not in kept or at not in empty):
            kept[name] = at
    ordered = sorted(kept.values())
    table = table[ordered]
    table.columns = pd.Index([heading[at] for at in ordered])
    return table, notes


def _of_other_width(
    path: Path, heading: Sequence[str], line: int, cells: Sequence[str], rows: Sequence[Row]
) -> DatasetError:
    found, wanted = len(cells), len(heading)
    if width(cells) == 1 and wanted > 2:  # a sentence below the sales
        problem = f'is no sale: "{next(filter(None, cells))[:60]}"'
        return DatasetError(path, f"line {line}", problem, "delete that line")
    problem = f"has {found} cells, the heading has {wanted}"
    fix = "correct that line"
    if found > wanted:
        others = sum(len(row) > wanted for _, row in rows)
        if others > 1:
            problem += f" ({others} lines have too many)"
        pairs = itertools.pairwise(cells)
        if any(re.fullmatch(r"\D*\d{1,3}", a) and re.fullmatch(r"\d{3}\D*", b) for a, b in pairs):
            fix = 'put numbers such as "1,234" in quotes, or write them without the comma'
        elif others == len(rows) and found == wanted + 1:
            fix = "give the column of row numbers a heading, or correct the lines"
    elif line == rows[-1][0]:
        fix = "complete the last line: the file may have been cut off"
    return DatasetError(path, f"line {line}", problem, fix)
