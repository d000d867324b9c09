"""A file of 200 sales, as a test wants its cells, and how training reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.dataset import Dataset, load

HEADING = "id,price,surface,rooms,heat,x,sold"
HEATS = ("gas", "oil", "heat pump")
TOML = """title = "Sales"
csv = "sales.csv"
identifiers = ["id"]
{top}
[target]
column = "price"
label = "Price"
currency = "EUR"
{target}
{time}
[inputs.surface]
column = "surface"
label = "Surface"
[inputs.heat]
column = "heat"
label = "Heating"
[inputs.x]
column = "x"
label = "X"
{x}
"""


def lines(x: str = "{n}", sold: str = "2016", price: str = "{price}", every: int = 1) -> list[str]:
    """200 sales. ``x`` stands in each row, or in one of ``every`` beside plain numbers."""
    found = [HEADING]
    for row in range(200):
        values: dict[str, Any] = {"n": 20 + row * 7919 % 97, "price": 90_000 + row * 7919 % 500_000}
        values |= {"k": row % 5, "day": 1 + row % 28, "month": 1 + row % 12, "year": 2010 + row % 9}
        values |= {"short": ("98", "05")[row % 2], "mixed": (f'"2,{row % 5}"', "3.5")[row % 2]}
        cell = (x if row % every == 0 else "{n}").format_map(values)
        rest = f"{40 + row * 31 % 121},{1 + row % 6},{HEATS[row % 3]}"
        cost, moment = price.format_map(values), sold.format_map(values)
        found.append(f"a{row},{cost},{rest},{cell},{moment}")
    return found


def with_subtotals(rows: list[str]) -> list[str]:
    """A line that sums up the twenty before it."""
    found = rows[:1]
    for part in range(1, len(rows), 20):
        found += [*rows[part : part + 20], f"Subtotal {part},5000000,1600,70,,900,"]
    return found


def read(folder: Path, rows: list[str], **keys: str) -> Dataset:
    (folder / "sales.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = {"top": "", "target": "", "time": "", "x": ""} | keys
    (folder / "dataset.toml").write_text(TOML.format_map(said), encoding="utf-8")
    return load(folder)
