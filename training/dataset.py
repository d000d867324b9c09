"""Loads a dataset folder: rows to learn from, and the contract completed from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from app.contract import Contract, Target
from training.errors import DatasetError, Mistakes, nearest
from training.leaks import check_leaks
from training.reading.column import Cells, Column, Source, counted_rows
from training.reading.columns import read_column
from training.reading.csv_file import read_csv_file
from training.reading.missing import without_missing
from training.reading.price import Prices, read_prices
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
    try:
        found = (folder / spec.csv).is_file()
    except OSError:  # no name that a file can have
        found = False
    if not found:
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
    _check_enough(file, rows_read, rows_read, [])
    notes = [*content.notes]
    table = _without_repeats(table, spec, notes)
    lines = lines[table.index]
    prices = _priced(file, spec, table, lines)
    notes += prices.notes
    columns, told = _columns(file, spec, table[~prices.drop], lines)
    notes += told
    price, drop = prices.values, prices.drop.copy()
    for column in columns.values():
        drop |= column.drop.reindex(drop.index, fill_value=True)
    _check_enough(file, rows_read, int((~drop).sum()), notes)
    keep = ~drop
    inputs = pd.DataFrame({name: column.values[keep] for name, column in columns.items()})
    contract = Contract(
        dataset=folder.resolve().name,
        title=spec.title,
        target=Target(label=spec.target.label, currency=spec.target.currency),
        inputs=tuple(column.contract for column in columns.values()),
    )
    repaired = pd.concat(
        [column.repaired for column in columns.values() if column.repaired is not None]
        or [pd.Series(False, drop.index)],
        axis="columns",
    ).any(axis="columns")
    known = price[keep].to_numpy(dtype=float)
    check_leaks(file, inputs, known, repaired.reindex(inputs.index).eq(True).to_numpy())
    return Dataset(
        folder=folder,
        spec=spec,
        contract=contract,
        inputs=inputs.reset_index(drop=True),
        price=known,
        later=_later(file, spec, table[keep], lines[keep]),
        rows=table.index[keep].to_numpy() + 1,
        notes=tuple(notes),
        readings=tuple(
            columns[name].reading(table[field.column]) for name, field in spec.inputs.items()
        ),
        rows_read=rows_read,
        sha256=_sha256(file, folder / spec.csv),
    )


def _priced(file: Path, spec: DatasetSpec, table: pd.DataFrame, lines: pd.Series) -> Prices:
    """The prices. What is wrong with the inputs is told beside what is wrong with them."""
    mistakes = Mistakes()
    with mistakes.collected():
        return read_prices(Cells(file, table[spec.target.column], lines[table.index]), spec.target)
    with mistakes.collected():
        _columns(file, spec, table, lines)
    mistakes.raise_if_any()
    raise AssertionError("prices that are not read are a mistake")


def _columns(
    file: Path, spec: DatasetSpec, table: pd.DataFrame, lines: pd.Series
) -> tuple[dict[str, Column], list[str]]:
    """The inputs of the rows that all of them can be read in, and what is told of the others."""
    told: list[str] = []
    while True:
        mistakes, columns = Mistakes(), dict[str, Column]()
        for name, field in spec.inputs.items():
            with mistakes.collected():
                source = Source(file, table[field.column], lines[table.index], name, field)
                columns[name] = read_column(source)
        mistakes.raise_if_any()
        drop = pd.concat([column.drop for column in columns.values()], axis="columns").any(
            axis="columns"
        )
        if not drop.any():
            return columns, told + [note for column in columns.values() for note in column.notes]
        # What a dropped row holds is no choice and no limit of the others.
        told += [note for column in columns.values() for note in column.dropped_notes]
        table = table[~drop]


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
        unknown = [str(value) for value in spec.missing_values or ()]
        repeated |= without_missing(table[column], unknown).notna() & table[column].duplicated()
    if repeated.any():
        notes.append(f"{counted_rows(repeated)} dropped, the same sale was listed before")
    equal = table[~repeated].duplicated()
    if equal.any():
        notes.append(
            f"{counted_rows(equal)} repeat another one in every cell and are kept: "
            "only identifiers can tell whether they are the same sale"
        )
    return table[~repeated]


def _later(
    file: Path, spec: DatasetSpec, table: pd.DataFrame, lines: pd.Series
) -> np.ndarray | None:
    if spec.time is None:
        return None
    unknown = [str(value) for value in spec.missing_values or ()]
    text = without_missing(table[spec.time.column], unknown)
    return later_sales(Cells(file, text, lines), spec.time)


def _check_enough(file: Path, read: int, kept: int, notes: Iterable[str]) -> None:
    if kept < (1 - MAX_DROPPED) * read:
        dropped = "; ".join(note for note in notes if " dropped" in note)
        problem = (
            f"{read - kept} of {read} rows would be dropped (at most {MAX_DROPPED:.0%} may): "
            f"{dropped}"
        )
        raise DatasetError(file, "csv", problem, "correct what drops them, or clean the CSV")
    if kept < MIN_ROWS:
        raise DatasetError(file, "csv", f"only {kept} usable rows", f"bring {MIN_ROWS} or more")


def _sha256(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
