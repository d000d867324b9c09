"""A trained bundle on this machine's disk, as its files document themselves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.houses.api import Value
from tests.houses.predictions import Predictions


@dataclass(frozen=True)
class GoldenRow:
    """A held-out sale: its inputs, what training computed for it, and what was really paid."""

    inputs: dict[str, Value]
    price: float
    lower: float
    upper: float
    actual: float

    @property
    def figures(self) -> tuple[float, float, float]:
        return self.price, self.lower, self.upper


class Bundle:
    """The files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return self._read("manifest.json")

    @cached_property
    def contract(self) -> dict[str, Any]:
        return self._read("contract.json")

    @cached_property
    def golden(self) -> list[GoldenRow]:
        return [GoldenRow(**row) for row in self._read("golden.json")["rows"]]

    @cached_property
    def predictions(self) -> Predictions:
        """What models said of sales that they had not seen."""
        return Predictions.read((self.folder / "predictions.csv").read_bytes())

    def sha256(self, file: str) -> str:
        return hashlib.sha256((self.folder / file).read_bytes()).hexdigest()

    def _read(self, file: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / file).read_bytes())
        return content
