"""A training run of the small synthetic dataset, logged to a store in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.__main__ import main

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion

ROOT = Path(__file__).parents[3]
FLATS = ROOT / "datasets" / "synthetic_flats"
GAS = "Gas (O'Neil, Bang & Co+, 1 to $x_{$)"
"""The label of a choice, with every character that a label may hold."""
FILES = {
    "contract.json", "golden.json", "manifest.json", "manifest.json.sha256", "model.joblib",
    "model.onnx", "predictions.csv", "preprocessor.joblib",
}  # fmt: skip
MANIFEST = {"manifest.json", "manifest.json.sha256"}
SMALL = ("folds=3", "rounds=40", "trees=20")  # trained in seconds
MODEL = "house-price-flats"


class Trained:
    """A finished run: its bundle, and where it was logged."""

    def __init__(self, dataset: Path, folder: Path) -> None:
        self._dataset = dataset
        self.store = folder / "mlflow.db"
        self.uri = f"sqlite:///{self.store}"
        self.elsewhere = folder / "elsewhere.db"
        self.bundle = folder / "bundle"

    def train(self, *options: str, dataset: Path | None = None) -> int:
        where = ["--tracking-uri", self.uri, "--output", str(self.bundle)]
        return main(["--dataset", str(dataset or self._dataset), *where, "--set", *SMALL, *options])

    @property
    def client(self) -> MlflowClient:
        import mlflow  # takes seconds, which whoever only collects these tests should not wait

        return mlflow.MlflowClient(self.uri, self.uri)

    @property
    def manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.bundle / "manifest.json").read_bytes())
        return content

    @property
    def champion(self) -> ModelVersion:
        return self.client.get_model_version_by_alias(MODEL, "champion")

    @property
    def versions(self) -> list[ModelVersion]:
        return list(self.client.search_model_versions(f"name='{MODEL}'"))

    @property
    def run(self) -> Run:
        return self.client.get_run(self.manifest["mlflow"]["run_id"])
