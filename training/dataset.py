"""Loads a dataset folder: rows to learn from, and the contract completed from them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from app.contract import Contract, Target
from training.errors import DatasetError, Mistakes, nearest
from training.leaks import check_leaks
from training.reading.column import Cells, Source, counted_rows
from training.reading.columns import read_column
from training.reading.csv_file import read_csv_file
from training.reading.missing import without_missing
from training.reading.price import read_prices
from training.reading.sold import later_sales
from training.spec import FILE, DatasetSpec, read_spec

MAX_DROPPED = 0.05
"""Share of rows that may be dropped before the file, rather than a row, is what is wrong."""
MIN_ROWS = 100


@dataclass(frozen=True)
class Dataset:
    """Checked rows.

    Attributes:
        inputs: shape (n, inputs), wire values, columns named and ordered as in the contract.
        price: shape (n,), the target in its currency.
        later: shape (n,), which sales test a model of the earlier ones, or None when the dataset
            does not say when they were.
        rows: shape (n,), the row of the CSV that each sale stands in; 1 is below the heading.
        notes: what was dropped or repaired, one sentence each.
        readings: what was read how, one row an input.
        sha256: of the CSV and its description together.
    """

    folder: Path
    spec: DatasetSpec
    contract: Contract
    inputs: pd.DataFrame
    price: np.ndarray
    later: np.ndarray | None
    rows: np.ndarray
    notes: tuple[str, ...]
    readings: tuple[dict[str, str], ...]
    rows_read: int
    sha256: str


def load(folder: Path) -> Dataset:
    """Reads ``dataset.toml`` and its CSV.

    Raises:
        DatasetError: naming file, key and fix.
    """
    spec = read_spec(folder)
    file = folder / FILE
    if not (folder / spec.csv).is_file():
        raise DatasetError(file, "csv", f"{folder / spec.csv} not found", "correct the name")
    content = read_csv_file(
        folder / spec.csv,
        encoding=spec.encoding,
        separator=spec.separator,
        heading_line=spec.heading_line,
    )
    table, lines = content.table, pd.Series(content.lines)
    _check_columns(file, spec, table)
    rows_read = len(table)
    _check_enough(file, rows_read, rows_read)
    notes = [*content.notes]
    table = _without_repeats(table, spec, notes)
    lines = lines[table.index]
    mistakes = Mistakes()
    with mistakes.collected():
        prices = read_prices(Cells(file, table[spec.target.column], lines), spec.target)
    columns = {}
    for name, field in spec.inputs.items():
        with mistakes.collected():
            columns[name] = read_column(Source(file, table[field.column], lines, name, field))
    mistakes.raise_if_any()
    price, drop = prices.values, prices.drop
    notes += prices.notes
    for column in columns.values():
        drop |= column.drop
        notes += column.notes
    _check_enough(file, rows_read, int((~drop).sum()))
    keep = ~drop
    inputs = pd.DataFrame({name: column.values[keep] for name, column in columns.items()})
    contract = Contract(
        dataset=folder.resolve().name,
        title=spec.title,
        target=Target(label=spec.target.label, currency=spec.target.currency),
        inputs=tuple(column.contract for column in columns.values()),
    )
    check_leaks(file, inputs, price[keep].to_numpy(dtype=float))
    return Dataset(
        folder=folder,
        spec=spec,
        contract=contract,
        inputs=inputs.reset_index(drop=True),
        price=price[keep].to_numpy(dtype=float),
        later=None
        if spec.time is None
        else later_sales(Cells(file, table.loc[keep, spec.time.column], lines[keep]), spec.time),
        rows=table.index[keep].to_numpy() + 1,
        notes=tuple(notes),
        readings=tuple(
            columns[name].reading(table[field.column]) for name, field in spec.inputs.items()
        ),
        rows_read=rows_read,
        sha256=_sha256(file, folder / spec.csv),
    )


def _check_columns(file: Path, spec: DatasetSpec, table: pd.DataFrame) -> None:
    named = {f"inputs.{name}.column": field.column for name, field in spec.inputs.items()}
    named["target.column"] = spec.target.column
    if spec.time is not None:
        named["time.column"] = spec.time.column
    for key in ("identifiers", "not_features"):
        named |= {f"{key}.{index}": column for index, column in enumerate(getattr(spec, key))}
    mistakes = Mistakes()
    for key, column in named.items():
        if column not in table.columns:
            problem = f'no column "{column}" in {spec.csv}'
            mistakes.found.append(DatasetError(file, key, problem, nearest(column, table.columns)))
    mistakes.raise_if_any()


def _without_repeats(table: pd.DataFrame, spec: DatasetSpec, notes: list[str]) -> pd.DataFrame:
    """The table without sales that are listed twice, which only identifiers can tell."""
    repeated = pd.Series(False, index=table.index)
    for column in spec.identifiers:
        # An empty cell identifies nothing.
        repeated |= without_missing(table[column]).notna() & table[column].duplicated()
    if repeated.any():
        notes.append(f"{counted_rows(repeated)} dropped, the same sale was listed before")
    equal = table[~repeated].duplicated()
    if equal.any():
        notes.append(
            f"{counted_rows(equal)} repeat another one in every cell and are kept: "
            "only identifiers can tell whether they are the same sale"
        )
    return table[~repeated]


def _check_enough(file: Path, read: int, kept: int) -> None:
    if kept < (1 - MAX_DROPPED) * read:
        problem = f"{read - kept} of {read} rows would be dropped (at most {MAX_DROPPED:.0%} may)"
        raise DatasetError(file, "csv", problem, "widen ranges and choices, or clean the CSV")
    if kept < MIN_ROWS:
        raise DatasetError(file, "csv", f"only {kept} usable rows", f"bring {MIN_ROWS} or more")


def _sha256(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
