"""Reads a CSV file as text, cell by cell; or says which line of it cannot be understood, and why.

A file is taken only when every cell certainly stands under its heading. What spreadsheets and
statistics programs write is known: a byte order mark, ``sep=``, a comma at the end of each row,
rows of empty cells, blanks after commas, columns of row numbers without a heading.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from training.errors import DatasetError
from training.reading.csv_shape import Row, check_heading, check_rows, named_columns, width

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
WORKBOOK = b"PK\x03\x04"
CELL_CHARS = 1_000_000
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200e\u200f\u2060\ufeff"))
BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007"), " ")


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
    (first, heading), *rows = rows
    check_heading(path, (first, heading), rows, separator)
    check_rows(path, heading, rows)
    wide = width(heading)
    content = [[*cells, *[""] * wide][:wide] for _, cells in rows]
    table = pd.DataFrame(content, columns=pd.RangeIndex(wide), dtype="str")
    table, notes = named_columns(path, heading[:wide], table)
    return CsvFile(path, table, np.array([line for line, _ in rows], dtype=int), tuple(notes))


@lru_cache(maxsize=4096)  # cells of a column are often the same
def clean(cell: str) -> str:
    """A cell without what nobody sees: blanks around it, marks of no width, ``="..."`` of Excel."""
    plain = unicodedata.normalize("NFC", cell).translate(INVISIBLE | BLANKS).strip()
    guarded = re.fullmatch(r'="(.*)"', plain)
    return guarded[1].strip() if guarded else plain


def _decoded(path: Path, encoding: str | None) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
        raise DatasetError(path, "file", problem, "correct csv, or who may read it") from None
    if raw.startswith(WORKBOOK):
        raise DatasetError(path, "file", "is a workbook or an archive", "save it as UTF-8 CSV")
    used = encoding or ("utf-16" if raw.startswith(UTF_16) else "utf-8-sig")
    if encoding is not None and "utf" not in encoding.lower() and _is_utf_8(raw):
        problem = f"is UTF-8, and not {encoding}"
        raise DatasetError(path, "encoding", problem, "leave encoding out")
    try:
        text = raw.decode(used)
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = raw[:at].count(b"\n") + 1
        problem = f"line {line} is not {used.removesuffix('-sig').upper()}"
        word = re.search(rb"[^\s,;|\t\"]*$", raw[:at])
        end = re.match(rb"[^\s,;|\t\"]*", raw[at:])
        seen = b"".join(part[0] for part in (word, end) if part).decode("cp1252", "replace")
        fix = f'save it as UTF-8, or, if "{seen}" is what stands there, set encoding = "cp1252"'
        if encoding is not None:
            fix = "save it as UTF-8 and leave encoding out, or set another one"
        raise DatasetError(path, "encoding", problem, fix) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problem = f"line {line} holds a zero byte: this is no text"
        raise DatasetError(path, "encoding", problem, "save it as UTF-8 CSV, or set encoding")
    return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")


def _is_utf_8(raw: bytes) -> bool:
    """Whether a text with more than ASCII in it is UTF-8, which no other text is by chance."""
    if raw.isascii():
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _rows(path: Path, text: str, separator: str, first: int) -> list[Row]:
    """The rows from the line ``first`` on that hold anything. Lines count as an editor does."""
    lines = io.StringIO(text, newline="")
    for _ in range(first - 1):
        lines.readline()
    csv.field_size_limit(CELL_CHARS)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    found: list[Row] = []
    begin = first
    while True:
        try:
            cells = [clean(cell) for cell in next(reader)]
        except StopIteration:
            return found
        except csv.Error as error:
            problem = f"the row that begins on line {begin} cannot be read: {error}"
            fix = 'write a quote inside quotes twice (""), and close each that is opened'
            raise DatasetError(path, "file", problem, fix) from None
        if any(cells):
            found.append((begin, cells))
        begin = first + reader.line_num
