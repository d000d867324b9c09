"""The sales of a dataset, read from its CSV by what its dataset.toml says, without any code of the
pipeline: so that a pipeline that reads them wrongly, or others, cannot agree with itself."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.houses.api import Value
from tests.houses.cases import takes

EMPTY = {"", "NA", "NaN", "nan", "N/A", "null"}
YES = {"y", "yes", "true", "1"}


@dataclass(frozen=True)
class Sale:
    inputs: dict[str, Value]
    price: float

    @property
    def key(self) -> tuple[Any, ...]:
        return (*sorted(self.inputs.items()), self.price)


class Sales:
    """The dataset in ``folder``, whose contract has these ``inputs``."""

    def __init__(self, folder: Path, inputs: Sequence[Mapping[str, Any]]) -> None:
        self._file = folder / "dataset.toml"
        self._spec = tomllib.loads(self._file.read_text(encoding="utf-8"))
        self._csv = folder / self._spec["csv"]
        self._inputs = inputs

    @property
    def segment(self) -> str | None:
        """The input by which errors are also looked at: the one named, or the first choice."""
        choices = [
            field["name"] for field in self._inputs if field["choices"] and not field["ordered"]
        ]
        return self._spec.get("segment") or next(iter(choices), None)

    @property
    def sha256(self) -> str:
        """Of description and data together."""
        parts = (hashlib.sha256(file.read_bytes()).digest() for file in (self._file, self._csv))
        return hashlib.sha256(b"".join(parts)).hexdigest()

    @cached_property
    def usable(self) -> list[Sale]:
        """Each sale once, without those that the contract does not take."""
        with self._csv.open(encoding="utf-8", newline="") as lines:
            rows = [
                {key: (cell or "").strip() for key, cell in row.items()}
                for row in csv.DictReader(lines)
            ]
        seen: set[Any] = set()
        sales = []
        for row in rows:
            names = {(key, row[key]) for key in self._spec.get("identifiers", []) if row[key]}
            whole = tuple(row.values())
            if whole in seen or names & seen:
                continue
            seen |= {whole, *names}
            inputs = {field["name"]: self._value(field, row) for field in self._inputs}
            price = float(row[self._spec["target"]["column"]] or 0)
            if price > 0 and None not in inputs.values():
                sales.append(
                    Sale({key: value for key, value in inputs.items() if value is not None}, price)
                )
        return sales

    def _value(self, one: Mapping[str, Any], row: Mapping[str, str]) -> Value | None:
        """A cell as the API takes it; None where the contract refuses it."""
        spec = self._spec["inputs"][one["name"]]
        cell = row[spec["column"]]
        if cell in EMPTY:
            if "missing" not in spec:
                default: Value = one["default"]
                return default
            cell = str(spec["missing"])
        match one["kind"]:
            case "yes_no":
                return cell.lower() in YES
            case "choice":
                name = spec.get("choices", {}).get(cell, cell)
                return str(name) if name in one["choices"] else None
            case kind:
                if not takes(one, cell):
                    return None
                return int(float(cell)) if kind == "integer" else float(cell)
