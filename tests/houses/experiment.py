"""Trainings that the gate starts on rows of its own, and what each of them logged.

They are logged to a store in a file, which is read with SQL: MLflow's client takes seconds to
import, and the champion of a stack is none of their business.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.houses import invented_flats
from tests.houses.bundle import GoldenRow
from tests.houses.invented_flats import Flat
from tests.houses.predictions import Predictions
from tests.houses.trained_run import ENVIRONMENT, run_to_end

SETTINGS = {"folds": 3, "rounds": 150, "trees": 10, "holdout_share": 0.45, "seed": 7}
ZONE = "Asia/Tokyo"  # far from UTC, so that a local time shows


@dataclass(frozen=True)
class Experiment:
    """One training.

    Attributes:
        folder: holds its dataset, in ``data/``, and what it published, in ``bundle/``.
        store: the file of MLflow's store.
        code: what it exited with.
        printed: standard output.
        complained: standard error.
        began, ended: the host's clock around it, in seconds since the epoch.
    """

    folder: str
    store: str
    code: int
    printed: str
    complained: str
    began: float
    ended: float

    @property
    def published(self) -> bool:
        return (Path(self.folder) / "bundle").exists()

    @property
    def data_sha256(self) -> str:
        return invented_flats.sha256(Path(self.folder) / "data")

    @cached_property
    def run(self) -> dict[str, Any]:
        """The row of MLflow's table of runs."""
        found = self._column(
            "SELECT run_uuid FROM params WHERE key = 'data_sha256' AND value = ?", self.data_sha256
        )
        assert len(found) == 1, f"{len(found)} runs have the data_sha256 of what was learnt"
        [run_id] = found
        with closing(sqlite3.connect(self.store)) as store:
            store.row_factory = sqlite3.Row
            [row] = store.execute("SELECT * FROM runs WHERE run_uuid = ?", (run_id,))
            return dict(row)

    @property
    def run_id(self) -> str:
        return str(self.run["run_uuid"])

    @cached_property
    def params(self) -> dict[str, str]:
        return dict(self._rows("SELECT key, value FROM params WHERE run_uuid = ?", self.run_id))

    @cached_property
    def metrics(self) -> dict[str, list[float]]:
        """Name -> its values by step."""
        found: dict[str, list[float]] = {}
        asked = "SELECT key, value FROM metrics WHERE run_uuid = ? ORDER BY key, step"
        for key, value in self._rows(asked, self.run_id):
            found.setdefault(key, []).append(value)
        return found

    @property
    def versions(self) -> list[Any]:
        """Versions in the registry that name this run."""
        return self._column("SELECT version FROM model_versions WHERE run_id = ?", self.run_id)

    @cached_property
    def predictions(self) -> Predictions:
        return Predictions.read(self.artifact("bundle/predictions.csv"))

    @cached_property
    def golden(self) -> list[GoldenRow]:
        rows = json.loads(self.artifact("bundle/golden.json"))["rows"]
        return [GoldenRow(**row) for row in rows]

    @cached_property
    def contract(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.artifact("bundle/contract.json"))
        return content

    def artifact(self, path: str) -> bytes:
        return (self.artifacts / path).read_bytes()

    @property
    def artifacts(self) -> Path:
        return Path(urlsplit(self.run["artifact_uri"]).path)

    def _column(self, asked: str, value: str) -> list[Any]:
        return [row[0] for row in self._rows(asked, value)]

    def _rows(self, asked: str, value: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.store)) as store:
            return store.execute(asked, (value,)).fetchall()


def train(root: Path, folder: Path, rows: Sequence[Flat]) -> dict[str, Any]:
    """Trains on ``rows``; returns the attributes of an :class:`Experiment`.

    Args:
        root: of the checkout.
        folder: not there yet; trainings in folders of one parent share a store.
        rows: the sales.
    """
    invented_flats.write(folder / "data", rows)
    store = folder.parent / "mlflow.db"
    options: Mapping[str, str] = {
        "--dataset": str(folder / "data"),
        "--output": str(folder / "bundle"),
        "--tracking-uri": f"sqlite:///{store}",
    }
    command = ["./run_pipeline.sh", *(word for pair in options.items() for word in pair)]
    command += ["--set", *(f"{key}={value}" for key, value in SETTINGS.items())]
    began = time.time()
    done = run_to_end(root, command, {**os.environ, **ENVIRONMENT, "TZ": ZONE})
    found = Experiment(
        str(folder), str(store), done.returncode, done.stdout, done.stderr, began, time.time()
    )
    # Python's own code for an error is that of a refused model.
    refused = done.returncode == 1 and "error: not served" in done.stderr
    assert done.returncode == 0 or refused, f"training ended with {done.returncode}: {done.stderr}"
    return asdict(found)
