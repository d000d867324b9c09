"""Loads a dataset folder: rows to learn from, and the contract completed from them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from app.contract import Contract, Target
from training.columns import counted_rows, read_column
from training.leaks import check_leaks
from training.spec import FILE, DatasetError, DatasetSpec, nearest, read_spec

MISSING = ["", "NA", "NaN", "nan", "N/A", "null"]
MAX_DROPPED = 0.05
"""Share of rows that may be dropped before the file, rather than a row, is what is wrong."""
MIN_ROWS = 100


@dataclass(frozen=True)
class Dataset:
    """Checked rows.

    Attributes:
        inputs: shape (n, inputs), wire values, columns named and ordered as in the contract.
        price: shape (n,), the target in its currency.
        sold: shape (n,), when each was sold, or None when the dataset does not say.
        rows: shape (n,), the row of the CSV that each sale stands in; 1 is below the heading.
        notes: what was dropped or repaired, one sentence each.
        sha256: of the CSV and its description together.
    """

    folder: Path
    spec: DatasetSpec
    contract: Contract
    inputs: pd.DataFrame
    price: np.ndarray
    sold: np.ndarray | None
    rows: np.ndarray
    notes: tuple[str, ...]
    rows_read: int
    sha256: str


def load(folder: Path) -> Dataset:
    """Reads ``dataset.toml`` and its CSV.

    Raises:
        DatasetError: naming file, key and fix.
    """
    spec = read_spec(folder)
    file = folder / FILE
    table = _read_csv(file, folder / spec.csv)
    _check_columns(file, spec, table)
    rows_read = len(table)
    table, notes = _without_repeats(table, spec)
    price = pd.to_numeric(table[spec.target.column], errors="coerce")
    drop = ~(price > 0) | np.isinf(price)
    if drop.mean() > MAX_DROPPED:
        problem = (
            f'{drop.sum()} of {len(drop)} cells of "{spec.target.column}" are no price above 0'
        )
        raise DatasetError(file, "target.column", problem, "write plain numbers, such as 123456.78")
    if drop.any():
        notes.append(f"{spec.target.column}: {counted_rows(drop)} dropped, no price above zero")
    if price[~drop].nunique() == 1:
        raise DatasetError(file, "target.column", "all prices are the same", "name another column")
    columns = {
        name: read_column(file, name, field, table[field.column])
        for name, field in spec.inputs.items()
    }
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
        sold=_sold(file, spec, table[keep]),
        rows=table.index[keep].to_numpy() + 1,
        notes=tuple(notes),
        rows_read=rows_read,
        sha256=_sha256(file, folder / spec.csv),
    )


def _read_csv(file: Path, csv: Path) -> pd.DataFrame:
    try:
        # index_col: without it a comma at the end of each row shifts all columns by one.
        table = pd.read_csv(
            csv, dtype="str", keep_default_na=False, na_values=MISSING, index_col=False
        )
        heading = pd.read_csv(csv, header=None, nrows=1, dtype="str").iloc[0]
    except (FileNotFoundError, IsADirectoryError):
        raise DatasetError(file, "csv", f"{csv} not found", "correct the name") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise DatasetError(csv, "file", f"not a CSV: {error}", "save it as UTF-8 CSV") from None
    if len(heading) == 1 and (marks := [mark for mark in ";\t|" if mark in str(heading[0])]):
        problem = f"its columns are separated by {marks[0]!r}"
        raise DatasetError(csv, "heading", problem, "save it with commas")
    if heading.duplicated().any():
        repeated = heading[heading.duplicated()].iloc[0]
        raise DatasetError(csv, "heading", f'two columns "{repeated}"', "rename one")
    # Blanks around a code are typing, not meaning ("WD " is "WD").
    return pd.DataFrame({name: column.str.strip() for name, column in table.items()})


def _check_columns(file: Path, spec: DatasetSpec, table: pd.DataFrame) -> None:
    named = {f"inputs.{name}.column": field.column for name, field in spec.inputs.items()}
    named["target.column"] = spec.target.column
    if spec.time is not None:
        named["time.column"] = spec.time.column
    for key in ("identifiers", "not_features"):
        named |= {f"{key}.{index}": column for index, column in enumerate(getattr(spec, key))}
    for key, column in named.items():
        if column not in table.columns:
            problem = f'no column "{column}" in {spec.csv}'
            raise DatasetError(file, key, problem, nearest(column, table.columns))


def _without_repeats(table: pd.DataFrame, spec: DatasetSpec) -> tuple[pd.DataFrame, list[str]]:
    repeated = table.duplicated()
    for column in spec.identifiers:
        repeated |= table[column].notna() & table[column].duplicated()
    if not repeated.any():
        return table, []
    return table[~repeated], [f"{counted_rows(repeated)} dropped, the same sale was listed before"]


def _check_enough(file: Path, read: int, kept: int) -> None:
    if kept < (1 - MAX_DROPPED) * read:
        problem = f"{read - kept} of {read} rows would be dropped (at most {MAX_DROPPED:.0%} may)"
        raise DatasetError(file, "csv", problem, "widen ranges and choices, or clean the CSV")
    if kept < MIN_ROWS:
        raise DatasetError(file, "csv", f"only {kept} usable rows", f"bring {MIN_ROWS} or more")


def _sold(file: Path, spec: DatasetSpec, table: pd.DataFrame) -> np.ndarray | None:
    if spec.time is None:
        return None
    sold = pd.to_numeric(table[spec.time.column], errors="coerce")
    later = int((sold >= spec.time.test_from).sum())
    if sold.isna().any() or later in (0, len(sold)):
        problem = f'"{spec.time.column}" >= {spec.time.test_from} does not split the sales in two'
        raise DatasetError(file, "time.test_from", problem, "choose a moment inside the data")
    return sold.to_numpy()


def _sha256(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
