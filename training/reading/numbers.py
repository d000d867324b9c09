"""Reads numbers from text as somebody wrote them, and says what looks like something else.

``349.000`` is 349 in one country and 349,000 in another: which of them it is, the description says
with ``decimal`` and ``thousands``. Without these a number is written as programs write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

SIGNS = {ord("\N{MINUS SIGN}"): "-", ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'"}
LOOKS = {
    "a date": (
        r"\d{4}([-/.])\d{1,2}(\1\d{1,2})?([T ].*)?|\d{1,2}([-/.])\d{1,2}\4\d{2,4}( .*)?"
        r"|\d{8}T\d{6}Z?|\d{1,2}[. -]?\s?[^\W\d_]{3,9}[. -]?\s?\d{2,4}"
        r"|[^\W\d_]{3,9}\.? \d{1,2}, \d{4}"
    ),
    "a range": r"\D{0,3}\d[\d.,]*\s*(?:[-\u2013\u2014]|to|bis|a)\s*\d[\d.,]*\D{0,5}",
    "a share in percent": r"[-+]?\d[\d.,]*\s*%",
    "a number behind a currency": (
        r"(?:[€$£¥₹₽₩₺]|[A-Z]{3}|[A-Z]{1,2}\$|Rp|Rs|kr|Kč|zł)\.?\s?\d[\d.,]*\D{0,6}"
    ),
    "a number with a unit": r"[-+]?\d[\d.,]*\s*([^\W\d_].{0,11}|[€$£¥₹²])",
}
"""What a cell looks like that holds no number -> a pattern of it."""
FEW_UNITS = 3
MOSTLY = 0.95
"""Share of cells from which on the others are mistakes, and not another way of writing."""


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written.

    Attributes:
        decimal: between whole and part; a dot when nobody has said so, or a comma where dots
            stand between thousands.
        thousands: between groups of three digits; None when there is nothing.
        units: that may stand before or behind each number.
    """

    decimal: str | None = None
    thousands: str | None = None
    units: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The decimal mark."""
        return self.decimal or ("," if self.thousands == "." else ".")

    def read(self, text: pd.Series) -> pd.Series:
        """Floats, shape (n,); NaN where a cell is missing or is no number."""
        codes, cells = pd.factorize(text)
        numbers = np.array([self.number(str(cell)) for cell in cells] + [np.nan])
        return pd.Series(numbers[codes], index=text.index)

    def number(self, cell: str) -> float:
        """The number in one cell, NaN if it holds none."""
        plain = self.without_unit(cell).translate(SIGNS)
        mark = re.escape(self.mark)
        group = self.thousands and re.escape(self.thousands)
        whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{group}\d{{2,3}})*{group}\d{{3}})" if group else r"\d+"
        # A program writes 1e+05 or 1.5e5; 1E5 is a code.
        power = rf"(?:(?<=[{mark}\d])[eE][+-]\d+|(?<={mark}\d)\d*[eE]\d+)?"
        if not re.fullmatch(rf"[+-]?(?:{whole}(?:{mark}\d*)?|{mark}\d+){power}", plain):
            return np.nan
        if self.thousands:
            plain = plain.replace(self.thousands, "")
        return float(plain.replace(self.mark, "."))

    def without_unit(self, cell: str) -> str:
        """The cell without the unit beside its number."""
        for unit in self.units:
            if unit and not unit[0].isdigit() and cell.casefold() != unit.casefold():
                for cut in (str.removesuffix, str.removeprefix):
                    if (rest := cut(cell, unit).strip()) != cell:
                        return rest
        return cell

    def doubtful(self, text: pd.Series) -> pd.Series:
        """Which cells may mean another number, since nobody has said what their dot is.

        A dot in front of three digits, nearly everywhere in a column, can stand between thousands.
        """
        if self.decimal is not None or self.thousands in (",", "."):
            return pd.Series(False, index=text.index)
        plain = text.map(self.without_unit, na_action="ignore").astype("str")
        with_dot = plain.str.contains(".", regex=False, na=False)
        three = plain.str.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", na=False)
        share = three.sum() / max(1, int(with_dot.sum()))
        return three & (share > MOSTLY)


def looks_like(cells: Iterable[str]) -> str | None:
    """What most of these cells look like, none of which is a number; None if nothing known."""
    cells = list(cells)
    for what, pattern in LOOKS.items():
        found = list(filter(None, (re.fullmatch(pattern, cell) for cell in cells)))
        if len(found) <= len(cells) / 2:
            continue
        # Units repeat themselves; what stands behind the digits of codes does not.
        if what != "a number with a unit" or len({match[1] for match in found}) <= FEW_UNITS:
            return what
    return None


def is_other_format(cell: str) -> bool:
    """Whether this is a number once decimal and thousands are set."""
    return _marks(cell) is not None


def how_to_write(cell: str, what: str | None = None) -> str:
    """The fix for a cell that is no number as it stands, and looks like ``what``."""
    if marks := _marks(cell):
        return marks
    beside = re.fullmatch(r"([-+]?\d[\d.,]*)\s*(.+)", cell)
    if what == "a number with a unit" and beside:
        number, unit = beside.groups()
        also = _marks(number)
        fix = f'set unit = "{unit}"' + (f" and {also.removeprefix('set ')}" if also else "")
        return f"write the numbers alone, or, if all are in it, {fix}"
    match what:
        case "a range":
            return "write one number for each, such as its middle"
        case "a date":
            return "write the year or the age as a number, or leave it out"
        case "a share in percent" | "a number behind a currency":
            return "write the numbers alone"
    return "write plain numbers, such as 123456.78"


def _marks(cell: str) -> str | None:
    """Which keys make a number of a cell, None if none do."""
    group = r"[+-]?[1-9]\d{0,2}"
    for mark, other in (".,", ",."):
        if re.fullmatch(rf"{group}{re.escape(mark)}\d{{3}}", cell):
            plain = cell.replace(mark, "")
            return f'set thousands = "{mark}" if it is {plain}, or decimal = "{mark}" if it is not'
        if re.fullmatch(rf"{group}(?:[{mark}]\d{{2,3}})+(?:[{other}]\d*)?", cell):
            return f'set thousands = "{mark}"' + (' and decimal = ","' if other == "," else "")
    if re.fullmatch(r"[+-]?\d*,\d+|[+-]?\d+,", cell):
        return 'set decimal = ","'
    if re.fullmatch(r"[+-]?\d*\.\d+", cell):  # only met where a dot is no decimal mark
        return 'set decimal = "."'
    if grouped := re.fullmatch(rf"{group}(?:([ '])\d{{3}})+([.,]\d*)?", cell):
        decimal = ' and decimal = ","' if (grouped[2] or "").startswith(",") else ""
        return f'set thousands = "{grouped[1]}"{decimal}'
    return None
