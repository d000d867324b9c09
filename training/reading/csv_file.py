"""Reads a CSV file as text, cell by cell; or says which line of it cannot be understood, and why.

A file is taken only when every cell certainly stands under its heading. What spreadsheets and
statistics programs write is known: a byte order mark, ``sep=``, a comma at the end of each row,
rows of empty cells, columns of row numbers without a heading.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from training.errors import DatasetError

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
FEW = 50
"""Rows that are enough to see how a file is built."""
TOTALS = {
    "total", "totals", "grand total", "subtotal", "sum", "average", "avg", "mean", "median",
    "count", "summe", "gesamt", "gesamtsumme", "mittelwert", "durchschnitt",
    "totaal", "gemiddelde", "somme",
    "moyenne", "suma", "promedio", "media", "totale", "somma", "soma", "média", "razem", "итого",
}  # fmt: skip
CELL_CHARS = 1_000_000


@dataclass(frozen=True)
class CsvFile:
    """The rows of a file.

    Attributes:
        table: shape (n, columns), text without blanks around it; "" where a cell is empty.
        lines: shape (n,), the line of the file on which each row begins; the first line is 1.
        notes: what was left out, one sentence each.
    """

    path: Path
    table: pd.DataFrame
    lines: np.ndarray
    notes: tuple[str, ...]


Row = tuple[int, list[str]]
"""The line on which it begins, and its cells."""


def read_csv_file(
    path: Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    heading_line: int | None = None,
) -> CsvFile:
    """Reads all rows below the heading.

    Args:
        encoding: of the text; UTF-8, or what a byte order mark says, when it is left out.
        separator: between cells; a comma, or what the file says with ``sep=``, when it is left out.
        heading_line: on which line the headings stand; the first when it is left out.

    Raises:
        DatasetError: naming the line and the fix.
    """
    text = _decoded(path, encoding)
    declared = re.match(r"sep=(.)\r?(?:\n|$)", text)
    if declared is not None:
        separator = separator or declared[1]
    first = heading_line or (2 if declared else 1)
    rows = _rows(path, text, separator or ",", first)
    if not rows:
        problem = "is empty" if not text.strip() else f"has no line {first}"
        raise DatasetError(path, "file", problem, "write the headings on the first line")
    heading_at, heading = rows[0]
    heading = [name.strip() for name in heading]
    _check_heading(path, heading_at, heading, rows[1:], separator)
    return _table(path, heading, rows[1:])


def _decoded(path: Path, encoding: str | None) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
        raise DatasetError(path, "file", problem, "correct csv, or who may read it") from None
    used = encoding or ("utf-16" if raw.startswith(UTF_16) else "utf-8-sig")
    try:
        text = raw.decode(used)
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = raw[:at].count(b"\n") + 1
        word = re.search(rb"[^\s,;|\t\"]*$", raw[:at])
        end = re.match(rb"[^\s,;|\t\"]*", raw[at:])
        seen = b"".join(part[0] for part in (word, end) if part).decode("cp1252", "replace")
        problem = f"line {line} is not {used.removesuffix('-sig').upper()}"
        fix = f'save it as UTF-8, or, if "{seen}" is what stands there, set encoding = "cp1252"'
        raise DatasetError(path, "encoding", problem, fix) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problem = f"line {line} holds a zero byte: this is no text"
        raise DatasetError(path, "encoding", problem, "save it as UTF-8 CSV, or set encoding")
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")


def _rows(path: Path, text: str, separator: str, first: int) -> list[Row]:
    """The rows from the line ``first`` on that hold anything. Lines count as an editor does."""
    lines = io.StringIO(text, newline="")
    for _ in range(first - 1):
        lines.readline()
    csv.field_size_limit(CELL_CHARS)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    found: list[Row] = []
    begin = first
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error as error:
            problem = f"the row that begins on line {begin} cannot be read: {error}"
            fix = 'write a quote inside quotes twice (""), and close each that is opened'
            raise DatasetError(path, "file", problem, fix) from None
        if any(cell.strip() for cell in cells):
            found.append((begin, cells))
        begin = first + reader.line_num


def _check_heading(
    path: Path, line: int, heading: Sequence[str], rows: Sequence[Row], separator: str | None
) -> None:
    widths = Counter(_width(cells) for _, cells in rows[:FEW])
    usual = widths.most_common(1)[0][0] if widths else 0
    if separator is None:
        for mark, name in SEPARATORS.items():
            split = [_split(text, mark) for text in _unsplit(heading, rows)]
            if mark != "," and len(split[0]) > _width(heading) and _mostly_as_wide(split):
                written = mark.replace("\t", "\\t")
                problem = f"its cells are separated by {name}"
                raise DatasetError(path, "separator", problem, f'set separator = "{written}"')
    if _width(heading) < usual == _width(rows[0][1]) and not any(map(_number, rows[0][1])):
        problem = f'line {line} is no heading: "{heading[0][:60]}"'
        fix = f"delete what stands above the headings, or set heading_line = {line + 1}"
        raise DatasetError(path, "heading_line", problem, fix)
    repeated = [name for name, count in Counter(filter(None, heading)).items() if count > 1]
    if repeated:
        raise DatasetError(path, "heading", f'two columns "{repeated[0]}"', "rename one")


def _unsplit(heading: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """Heading and first rows as they would stand without any separator but a comma."""
    yield ",".join(heading)
    yield from (",".join(cells) for _, cells in rows[:FEW])


def _split(text: str, mark: str) -> list[str]:
    return next(csv.reader([text], delimiter=mark), [])


def _mostly_as_wide(rows: Sequence[Sequence[str]]) -> bool:
    """Whether most rows have as many cells as the first. Others may hold quotes, or a mistake."""
    return sum(len(row) == len(rows[0]) for row in rows) > 0.8 * len(rows)


def _number(cell: str) -> bool:
    return re.fullmatch(r"\W*\d[\d.,\s]*", cell) is not None


def _width(cells: Sequence[str]) -> int:
    """How many cells there are, without the empty ones at the end."""
    return max((at for at, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _table(path: Path, heading: list[str], rows: Sequence[Row]) -> CsvFile:
    # A heading without a name at the end stands for nothing: else a row that is one cell too long,
    # for a comma in a number, would fit.
    wide = _width(heading)
    heading = heading[:wide]
    for line, cells in rows:
        if _width(cells) > wide or len(cells) < wide:
            raise _of_other_width(path, heading, line, cells, rows)
    for line, cells in rows[-2:]:
        first = next(cell.strip() for cell in cells if cell.strip())
        if first.casefold().strip(" :.") in TOTALS:
            problem = f'is no sale, it begins with "{first}"'
            raise DatasetError(path, f"line {line}", problem, "delete that line")
    content = [[cell.strip() for cell in (*cells, *[""] * wide)[:wide]] for _, cells in rows]
    table = pd.DataFrame(content, columns=pd.RangeIndex(wide), dtype="str")
    unnamed = [at for at, name in enumerate(heading) if not name]
    notes = [
        f"column {at + 1} has no heading and is not used"
        for at in unnamed
        if (table[at] != "").any()
    ]
    table = table.drop(columns=unnamed)
    table.columns = pd.Index([name for name in heading if name])
    return CsvFile(path, table, np.array([line for line, _ in rows], dtype=int), tuple(notes))


def _of_other_width(
    path: Path, heading: Sequence[str], line: int, cells: Sequence[str], rows: Sequence[Row]
) -> DatasetError:
    found, wanted = _width(cells), len(heading)
    problem = f"has {found} cells, the heading has {wanted}"
    fix = "correct that line"
    if found > wanted:
        others = sum(_width(row) > wanted for _, row in rows)
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
