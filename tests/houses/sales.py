"""The sales of a dataset, read from its CSV by what its dataset.toml says, without any code of the
pipeline: so that a pipeline that reads them wrongly, or others, cannot agree with itself."""

from __future__ import annotations

import csv
import hashlib
import math
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.houses.api import Value
from tests.houses.cases import takes

EMPTY = {"", "na", "n/a", "nan", "nat", "null", "(null)", "#n/a", "<na>", "\\n"}
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200e\u200f\u2060\ufeff"))
YES = {"y", "yes", "t", "true", "1", "1.0"}


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
        self._spec = tomllib.loads(self._file.read_text(encoding="utf-8-sig"))
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
        seen: set[Any] = set()
        sales = []
        target = self._spec["target"]
        low, high = target.get("range", (0, math.inf))
        for row in self._rows():
            names = {
                (key, row[key])
                for key in self._spec.get("identifiers", [])
                if row[key].casefold() not in EMPTY
                and row[key] not in self._spec.get("missing_values", [])
            }
            if names & seen:
                continue
            seen |= names
            inputs = {field["name"]: self._value(field, row) for field in self._inputs}
            price = self._number(target, row[target["column"]]) * target.get("unit", 1)
            if price > 0 and low <= price <= high and None not in inputs.values():
                sales.append(
                    Sale({key: value for key, value in inputs.items() if value is not None}, price)
                )
        return sales

    def _rows(self) -> list[dict[str, str]]:
        encoding = self._spec.get("encoding", "utf-8-sig")
        with self._csv.open(encoding=encoding, newline="") as lines:
            for _ in range(self._spec.get("heading_line", 1) - 1):
                lines.readline()
            mark = self._spec.get("separator", ",")
            reader = csv.DictReader(lines, delimiter=mark, skipinitialspace=True)
            return [
                {
                    _seen(key): _seen(cell or "")
                    for key, cell in row.items()
                    if isinstance(key, str)  # None: the empty cells behind the last heading
                }
                for row in reader
            ]

    def _number(self, spec: Mapping[str, Any], cell: str) -> float:
        """A cell as a number, in the way that the description says; NaN if it is none."""
        thousands, decimal = (
            spec.get(key, self._spec.get(key)) for key in ("thousands", "decimal")
        )
        decimal = decimal or ("," if thousands == "." else ".")
        unit = spec.get("unit", "")
        plain = cell.removesuffix(unit).rstrip() if isinstance(unit, str) else cell
        plain = plain.replace(thousands, "") if thousands else plain
        try:
            return float(plain.replace(decimal, "."))
        except ValueError:
            return math.nan

    def _value(self, one: Mapping[str, Any], row: Mapping[str, str]) -> Value | None:
        """A cell as the API takes it; None where the contract refuses it."""
        spec = self._spec["inputs"][one["name"]]
        cell = row[spec["column"]]
        unknown = spec.get("missing_values", self._spec.get("missing_values", []))
        if cell.casefold() in EMPTY or cell in unknown or self._number(spec, cell) in unknown:
            if "missing" not in spec:
                default: Value = one["default"]
                return default
            cell = str(spec["missing"])
        match one["kind"]:
            case "yes_no":
                return cell.lower() in YES
            case "choice":
                names = spec.get("choices", {})
                name = names.get(cell, names.get(cell.removesuffix(".0"), cell))
                if name not in one["choices"]:
                    name = spec.get("other")
                return None if name is None else str(name)
            case kind:
                number = self._number(spec, cell)
                if not takes(one, repr(number)):
                    return None
                return int(number) if kind == "integer" else number


def _seen(cell: str) -> str:
    """What a person sees of a cell."""
    plain = unicodedata.normalize("NFC", cell).translate(UNSEEN).replace("\u00a0", " ").strip()
    return plain[2:-1] if plain.startswith('="') and plain.endswith('"') else plain
