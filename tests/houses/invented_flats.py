"""Invented flats to train on, made so that a training which flatters itself shows.

Ranges, steps and defaults are all given, so that the contract does not depend on the rows; many
numbers say nothing, so that a model remembers the rows it has seen; prices scatter much more in one
district, another has few sales, and the names of two differ in one sign only; some cells are empty;
one flat is nearly free; and the price falls with an input that is declared to raise it.
"""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

USABLE = 600
TWINS = 200  # sales that come in pairs: two flats that differ in `plot` only
UNKNOWN = 20  # of so many sales that are no twins, one has an empty cell
NOISE = tuple(f"noise_{number}" for number in range(1, 4))
DISTRICTS = ("Nord", "Süd", "Ost & Berg", "Ost + Berg", "Hafen", "Лес")
METRIC_NAMES = {"Ost & Berg": "Ost _ Berg", "Ost + Berg": "Ost _ Berg_2"}
"""Of the districts whose names hold what MLflow does not take in the name of a metric."""
SHARES = (6, 6, 6, 6, 6, 1)  # of the sales: in the last one there are few
LOUD = "Hafen"
CHEAP = "F-0"
"""The listing of a sale of long ago, far below all other prices."""
CONDITIONS = ("poor", "fair", "good", "new")
TEST_FROM = 30  # months; about half of the sales are later
RANGES: dict[str, tuple[float, float]] = {
    "surface": (10, 300),
    "height": (0, 12),
    "plot": (0, 100),
    "station": (0, 9),
    **dict.fromkeys(NOISE, (0, 1)),
}
DESCRIPTION = """
title = "Invented flats that show a training which flatters itself"
csv = "flats.csv"
identifiers = ["listing"]
segment = "district"

[target]
column = "price"
label = "Price"
currency = "EUR"
range = [1, 1e15]

[time]
column = "month"
test_from = {test_from}

[inputs.district]
column = "district"
label = "District"
default = "Nord"
outside = "drop"
choices = {{ {districts} }}

[inputs.condition]
column = "condition"
label = "Condition"
ordered = true
monotonic = "increasing"
default = "good"
choices = {{ {conditions} }}

[inputs.lift]
column = "lift"
label = "Lift"
kind = "yes_no"
default = true
"""
NUMBER = """
[inputs.{name}]
column = "{name}"
label = "{name}"
kind = "{kind}"
range = [{low}, {high}]
step = {step}
default = {default}
outside = "drop"
"""


@dataclass(frozen=True)
class Flat:
    """One sale of the file.

    Attributes:
        numbers: what training is to take; of an unknown one, its default.
        why_dropped: what makes it unusable, None if nothing does.
        unknown: the number whose cell is empty.
    """

    listing: str
    month: int
    numbers: dict[str, float]
    district: str
    condition: str
    lift: bool
    price: float
    why_dropped: str | None = None
    unknown: str | None = None

    @property
    def cells(self) -> dict[str, str]:
        return {
            "listing": self.listing,
            "month": str(self.month),
            **{
                name: "" if name == self.unknown else f"{number:g}"
                for name, number in self.numbers.items()
            },
            "district": self.district,
            "condition": self.condition,
            "lift": "yes" if self.lift else "no",
            "price": repr(self.price),
        }


def flats() -> list[Flat]:
    """The sales, those that cannot be used among them. The same at every call."""
    draw = random.Random(20260211)  # the same for everyone, no secret
    made = [_flat(number, draw) for number in range(USABLE - TWINS // 2)]
    for number, flat in enumerate(made[1 : 1 + TWINS // 2], start=1):
        made[number] = _with_plot(flat, draw.uniform(0, 15), draw)
        twin = replace(_with_plot(flat, draw.uniform(80, 100), draw), listing=f"T-{number}")
        made.append(twin)
    for number in range(1 + TWINS // 2, USABLE - TWINS // 2, UNKNOWN):
        numbers = {**made[number].numbers, "station": default("station")}
        made[number] = replace(made[number], numbers=numbers, unknown="station")
    draw.shuffle(made)
    first = next(flat for flat in made if flat.unknown is None)
    cheap = next(index for index, flat in enumerate(made) if flat.listing == CHEAP)
    made[cheap] = replace(made[cheap], month=1, price=5000.25)
    spoilt = [
        replace(first, why_dropped="repeated"),
        replace(first, listing="X-1", price=0.0, why_dropped="price"),
        replace(first, listing="X-2", district="Atlantis", why_dropped="district"),
        replace(
            first, listing="X-3", numbers={**first.numbers, "surface": 900}, why_dropped="surface"
        ),
        replace(
            first, listing="X-4", numbers={**first.numbers, "station": -1}, why_dropped="station"
        ),
    ]
    for place, flat in zip((90, 200, 300, 400, 500), spoilt, strict=True):
        made.insert(place, flat)
    return made


def _flat(number: int, draw: random.Random) -> Flat:
    numbers = {
        "surface": round(min(280, draw.lognormvariate(4.2, 0.4)), 1),
        "height": float(draw.randrange(13)),
        "plot": round(draw.uniform(0, 100), 1),
        "station": round(min(9, draw.expovariate(1.0)), 2),
        **{name: round(draw.random(), 3) for name in NOISE},
    }
    flat = Flat(
        listing=f"F-{number}",
        month=draw.randrange(1, 60),
        numbers=numbers,
        district=draw.choices(DISTRICTS, SHARES)[0],
        condition=draw.choice(CONDITIONS),
        lift=draw.random() < 0.5,
        price=1.0,
    )
    return _with_plot(flat, numbers["plot"], draw)


def _with_plot(flat: Flat, plot: float, draw: random.Random) -> Flat:
    """The same flat with another plot, and the price that it sells for."""
    moved = replace(flat, numbers={**flat.numbers, "plot": round(plot, 1)})
    price = straight_price(moved)
    price *= 1.5 - 0.5 * abs(moved.numbers["height"] - 6) / 6
    price *= 1.4 if moved.numbers["height"] % 4 < 2 else 1  # no curve fits that
    price *= draw.lognormvariate(0, 0.35 if flat.district == LOUD else 0.1)
    return replace(moved, price=round(price, 2))


def straight_price(flat: Flat) -> float:
    """A price that each input moves by itself, as a linear model of its logarithm has it."""
    price: float = 3000 * flat.numbers["surface"] ** 0.95
    price *= 1 + 0.08 * CONDITIONS.index(flat.condition) + 0.05 * flat.lift
    price *= 1 + 0.06 * DISTRICTS.index(flat.district)
    price *= 1 - 0.04 * flat.numbers["station"]
    price *= 1 - 0.15 * flat.numbers["plot"] / 100
    return price


def default(name: str) -> int:
    """Of a number: what the form starts with, and what an empty cell is repaired with."""
    return round(sum(RANGES[name]) / 2)


def write(folder: Path, rows: Sequence[Flat]) -> None:
    """Writes the dataset of these sales."""
    folder.mkdir(parents=True)
    lines = DESCRIPTION.format(
        test_from=TEST_FROM,
        districts=", ".join(f'"{name}" = "{name}"' for name in DISTRICTS),
        conditions=", ".join(f'{name} = "{name}"' for name in CONDITIONS),
    )
    for name, (low, high) in RANGES.items():
        integer = name == "height"
        lines += NUMBER.format(
            name=name,
            kind="integer" if integer else "number",
            low=low,
            high=high,
            step=1 if integer else 0.01,
            default=default(name),
        )
        if direction := {"surface": "in", "plot": "in", "station": "de"}.get(name):
            lines += f'monotonic = "{direction}creasing"\n'
    (folder / "dataset.toml").write_text(lines, encoding="utf-8")
    with (folder / "flats.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0].cells), lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat.cells for flat in rows)


def sha256(folder: Path) -> str:
    """Of description and data together, as training is to log it."""
    parts = (folder / "dataset.toml", folder / "flats.csv")
    digests = [hashlib.sha256(file.read_bytes()).digest() for file in parts]
    return hashlib.sha256(b"".join(digests)).hexdigest()
