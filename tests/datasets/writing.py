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
    """
    folder.mkdir(parents=True)
    log_price = sum((feature.effect for feature in features.values()), start=noise)
    log_price = log_price - np.median(log_price) + np.log(median)
    price = [float(f"{value:.6g}") for value in np.exp(log_price)]
    columns = {name: feature.cells for name, feature in {**features, **(more or {})}.items()}
    pd.DataFrame({**columns, "price": price}).to_csv(folder / "sales.csv", index=False)
    described = {
        **{
            f"inputs.{name}": {"column": name, "label": name, **feature.table}
            for name, feature in features.items()
        },
        "target": {"column": "price", "label": "Price", "currency": currency},
        **(tables or {}),
    }
    lines = ["# SYNTHETIC: invented, for trying the stack on data of another shape."]
    lines += _pairs({"title": f"{title} (synthetic data)", "csv": "sales.csv", **(top or {})})
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
