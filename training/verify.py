"""Reads a written bundle back and compares it with the model in memory, before anything uses it."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

from app.contract import Contract
from training.intervals import PriceModel
from training.runtime import ExportedModel

AGREEMENT = 1e-6
"""Relative difference that arithmetic in another order may make."""


class BundleDiffersError(Exception):
    """What was written does not predict what was trained: a fault of ours, never of the data."""


def verify(bundle: Path, model: PriceModel, inputs: pd.DataFrame) -> None:
    """Loads every file of ``bundle`` as its users do and compares their predictions.

    Args:
        bundle: folder with contract, model.onnx, golden rows and the joblib files.
        model: what was trained.
        inputs: shape (n, inputs), wire values; the houses to compare on.

    Raises:
        BundleDiffersError: naming the file and the largest relative difference.
    """
    contract = Contract.model_validate_json((bundle / "contract.json").read_bytes())
    if contract != model.contract:
        raise BundleDiffersError("contract.json reads back differently than it was written")
    exported = ExportedModel((bundle / "model.onnx").read_bytes(), contract)
    expected = model.price(inputs)
    preprocessor = joblib.load(bundle / "preprocessor.joblib")
    estimator = joblib.load(bundle / "model.joblib")
    _compare("joblib files", estimator.predict(preprocessor.transform(inputs)), expected)
    _compare("model.onnx", exported.predict(inputs)["price"].to_numpy(), expected)

    golden = json.loads((bundle / "golden.json").read_bytes())["rows"]
    houses = pd.DataFrame([row["inputs"] for row in golden])
    served = exported.predict(houses)
    for name in ("price", "lower", "upper"):
        recorded = np.array([row[name] for row in golden])
        if not np.array_equal(served[name].to_numpy(), recorded):
            raise BundleDiffersError(f"golden.json: {name} is not what model.onnx answers")


def _compare(name: str, got: np.ndarray, expected: np.ndarray) -> None:
    worst = float(np.max(np.abs(got / expected - 1)))
    if not worst <= AGREEMENT:
        raise BundleDiffersError(f"{name}: prices differ by up to {worst:.1e} relative")
