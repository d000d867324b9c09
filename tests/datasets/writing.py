"""Writes a synthetic dataset as the files that training reads: ``dataset.toml`` and a CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[tuple[int], np.dtype[Any]]


@dataclass(frozen=True)
class Feature:
    """One input: the cells of its column, how it moves the price, and its table in the TOML file.

    Attributes:
        cells: shape (n,), as they stand in the CSV.
        effect: shape (n,), what it adds to the logarithm of the price.
        table: of ``[inputs.<name>]``; ``label`` is the name where it is left out.
    """

    cells: Array
    effect: Array
    table: Mapping[str, Any]


@dataclass(frozen=True)
class Spelling:
    """How cells are written, and what a 1 among the prices is worth."""

    decimal: str = "."
    thousands: str = ""
    separator: str = ","
    encoding: str = "utf-8"
    unit: float = 1

    def keys(self) -> dict[str, Any]:
        """Of the TOML file: those that differ from what is taken for granted."""
        return {
            key: value
            for key, value in vars(self).items()
            if key != "unit" and value != getattr(Spelling, key)
        }

    def cell(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        grouped = f"{value:,}" if self.thousands else str(value)
        return grouped.translate({ord(","): self.thousands, ord("."): self.decimal})


PLAIN = Spelling()


def write(
    folder: Path,
    features: Mapping[str, Feature],
    *,
    title: str,
    median: float,
    currency: str = "EUR",
    noise: Array,
    top: Mapping[str, Any] | None = None,
    more: Mapping[str, Feature] | None = None,
    tables: Mapping[str, Mapping[str, Any]] | None = None,
    spelling: Spelling = PLAIN,
) -> Path:
    """Writes the two files into ``folder``; returns it.

    Args:
        folder: is made.
        features: name of an input -> what it is.
        title: of the dataset.
        median: about which the prices lie.
        noise: shape (n,), of the logarithm of the price.
        top: further keys at the top of the file.
        more: columns that are no inputs.
        tables: further tables, such as ``time``.
        spelling: of the cells.
    """
    folder.mkdir(parents=True)
    log_price = sum((feature.effect for feature in features.values()), start=noise)
    log_price = log_price - np.median(log_price) + np.log(median)
    price = [float(f"{value / spelling.unit:.6g}") for value in np.exp(log_price)]
    columns = {name: feature.cells for name, feature in {**features, **(more or {})}.items()}
    cells = pd.DataFrame({**columns, "price": price}).map(spelling.cell)
    cells.to_csv(
        folder / "sales.csv", index=False, sep=spelling.separator, encoding=spelling.encoding
    )
    target = {"unit": spelling.unit} if spelling.unit != 1 else {}
    described = {
        **{
            f"inputs.{name}": {"column": name, "label": name, **feature.table}
            for name, feature in features.items()
        },
        "target": {"column": "price", "label": "Price", "currency": currency, **target},
        **(tables or {}),
    }
    lines = ["# SYNTHETIC: invented, for trying the stack on data of another shape."]
    lines += _pairs(
        {"title": f"{title} (synthetic data)", "csv": "sales.csv", **spelling.keys(), **(top or {})}
    )
    for name, table in described.items():
        lines += ["", f"[{name}]", *_pairs(table)]
    (folder / "dataset.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in table.items()]


def _toml(value: Any) -> str:
    """A value as TOML writes it: as JSON does, but for tables."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key, ensure_ascii=False)} = {_toml(v)}" for key, v in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return json.dumps(value, ensure_ascii=False)
