"""A copy of the small synthetic dataset, for a test to spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from tests.unit.training.trained_flats import FLATS


class Folder:
    """A copy of the synthetic dataset that a test spoils."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(FLATS, path)

    def replace(self, old: str, new: str) -> None:
        file = self.path / "dataset.toml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def rows(self) -> pd.DataFrame:
        return pd.read_csv(self.path / "flats.csv", dtype="str", keep_default_na=False)

    def write(self, rows: pd.DataFrame) -> None:
        rows.to_csv(self.path / "flats.csv", index=False)

    def set(self, row: int, column: str, value: str) -> None:
        rows = self.rows()
        rows.loc[row, column] = value
        self.write(rows)
