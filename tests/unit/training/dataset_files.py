"""Datasets as people save them: flats in another way of writing each time, and the truth."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

FLATS = 120
ZONES = ("02134", "00501", "94110", "10001")
YES_NO = (("yes", "no"), ("Y", "N"), ("t", "f"), ("1", "0"), ("1.0", "0.0"), ("True", "False"))
SIGNS = ("-", "?", "--", "n/a", "NULL", "NA", "")
INPUTS = ("area", "rooms", "zone", "lift")


@dataclass(frozen=True)
class Writing:
    """One way of writing a dataset.

    Attributes:
        digits: behind the decimal mark of areas.
        unit: behind each area.
        sentinel: a number that stands for an unknown area, None for none.
        declared: whether ``dataset.toml`` says how numbers and missing values are written.
        quoted: whether cells that hold the separator are quoted.
        above: what stands above the headings.
    """

    seed: int
    decimal: str
    thousands: str
    digits: int
    separator: str
    encoding: str
    yes: str
    no: str
    missing: str
    unit: str
    sentinel: int | None
    price_unit: int
    declared: bool
    quoted: bool
    trailing: bool
    blank_lines: bool
    above: str
    total: bool

    def number(self, value: float, digits: int) -> str:
        plain = f"{value:,.{digits}f}" if self.thousands else f"{value:.{digits}f}"
        return plain.translate({ord(","): self.thousands, ord("."): self.decimal})

    def area(self, value: float) -> str:
        return self.number(value, self.digits) + self.unit


@dataclass(frozen=True)
class Flat:
    """What is true of one, whatever the file looks like. None: nobody knows."""

    price: float
    area: float | None
    rooms: int
    zone: str
    lift: bool


def flats(writing: Writing) -> list[Flat]:
    """The flats, so different that no two are the same and none says the price by itself."""
    random = np.random.default_rng(writing.seed)
    found = []
    for number in range(FLATS):
        known = random.random() > 0.05 or (not writing.missing and writing.sentinel is None)
        area = round(float(random.uniform(200, 4000)), writing.digits)
        price = float(random.integers(40, 1500)) * 1000 + float(random.integers(0, 1000))
        found.append(
            Flat(
                round(price / writing.price_unit) * writing.price_unit,
                area if known else None,
                int(random.integers(1, 9)),
                ZONES[number % len(ZONES)],
                bool(random.random() < 0.4 or number == 0),
            )
        )
    return found


def written(writing: Writing, folder: Path) -> list[Flat]:
    """Writes ``dataset.toml`` and the CSV into ``folder``; returns the truth, a flat a row."""
    folder.mkdir(parents=True)
    truth = flats(writing)
    unknown = str(writing.sentinel) if writing.sentinel is not None else writing.missing
    rows = [
        [
            writing.number(flat.price / writing.price_unit, 0),
            unknown
            if flat.area is None
            else writing.number(flat.area, writing.digits) + writing.unit,
            str(flat.rooms),
            flat.zone,
            writing.yes if flat.lift else writing.no,
        ]
        for flat in truth
    ]
    if writing.total:
        rows.append(["Total", "", "", "", ""])
    lines = io.StringIO()
    for cells in [["price", *INPUTS], *rows]:
        cells += [""] * writing.trailing
        if writing.quoted:
            csv.writer(lines, delimiter=writing.separator, lineterminator="\n").writerow(cells)
        else:
            lines.write(writing.separator.join(cells) + "\n")
        lines.write("\n" * writing.blank_lines)
    text = writing.above + lines.getvalue()
    (folder / "flats.csv").write_bytes(text.encode(writing.encoding))
    (folder / "dataset.toml").write_text(_described(writing), encoding="utf-8")
    return truth


def _described(writing: Writing) -> str:
    keys = ['title = "Flats"', 'csv = "flats.csv"']
    if writing.declared:
        mark = writing.separator.replace("\t", "\\t")
        unknown = repr(writing.missing) if writing.missing else ""
        if writing.sentinel is not None:
            unknown = str(writing.sentinel)
        keys += [f'separator = "{mark}"', f'decimal = "{writing.decimal}"']
        keys += [f"missing_values = [{unknown}]"]
        keys += [f'thousands = "{writing.thousands}"'] if writing.thousands else []
        keys += [f'encoding = "{writing.encoding}"'] if "16" not in writing.encoding else []
        keys += ["heading_line = 2"] if writing.above else []
    target = ["[target]", 'column = "price"', 'label = "Price"', 'currency = "EUR"']
    # Nobody can see from a price what it is counted in: that is always said.
    target += [f"unit = {writing.price_unit}"]
    inputs = [f'[inputs.{name}]\ncolumn = "{name}"\nlabel = "{name}"' for name in INPUTS]
    if writing.declared and writing.unit:
        inputs[0] += f'\nunit = "{writing.unit.strip()}"'
    return "\n".join([*keys, "", *target, "", *inputs]) + "\n"


@st.composite
def writings(draw: st.DrawFn) -> Writing:
    decimal = draw(st.sampled_from(".,"))
    separator = draw(st.sampled_from(",;\t|"))
    yes, no = draw(st.sampled_from(YES_NO))
    sentinel = draw(st.none() | st.sampled_from((-999, -1, 99999, 999999)))
    return Writing(
        seed=draw(st.integers(0, 2**32 - 1)),
        decimal=decimal,
        thousands=draw(st.sampled_from(["", "", ",."[decimal == ","], " ", "'"])),
        digits=draw(st.integers(0, 3)),
        separator=separator,
        encoding=draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252"))),
        yes=yes,
        no=no,
        missing=draw(st.sampled_from(SIGNS)),
        unit=draw(st.sampled_from(("", "", "", " m²", "sqm", " €"))),
        sentinel=sentinel,
        price_unit=draw(st.sampled_from((1, 1000))),
        declared=draw(st.booleans()),
        quoted=draw(st.booleans()) or draw(st.booleans()),
        trailing=draw(st.booleans()),
        blank_lines=draw(st.booleans()),
        above=draw(st.sampled_from(("", "", "", f"sep={separator}\n", "Some are left out\n"))),
        total=draw(st.booleans()) and draw(st.booleans()),
    )
