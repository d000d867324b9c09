"""The answers of the API, as they are documented in OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from app.extrapolation import Warned
from app.manifest import Manifest
from app.tracker import TrackerState


class Estimated(BaseModel):
    """A price with the interval around it, in ``currency``."""

    price: float
    lower: float
    upper: float
    warnings: list[Warned] = Field(
        description="One for each value beyond the sales that the model learnt from."
    )


class Origin(BaseModel):
    """Which model answered, and how sure its intervals are."""

    coverage: float = Field(description="Share of prices that lie between lower and upper.")
    forward_coverage: float | None = Field(
        description="The share that such intervals held of the latest sales, where it was less "
        "than chance explains; null where they held as many as they promise."
    )
    currency: str
    model_version: str
    request_id: str


def prediction_model(house: type[BaseModel]) -> type[BaseModel]:
    """The answer for one house; ``inputs`` are the values that were used."""
    inputs: dict[str, Any] = {"inputs": (house, ...)}
    return create_model("Prediction", __base__=(Estimated, Origin), **inputs)


def batch_prediction_model(house: type[BaseModel]) -> type[BaseModel]:
    """The answers for a batch, in the order of the request."""
    inputs: dict[str, Any] = {"inputs": (house, ...)}
    item = create_model("PredictedHouse", __base__=Estimated, **inputs)
    predictions: dict[str, Any] = {"predictions": (list[item], ...)}  # type: ignore[valid-type]
    return create_model("BatchPrediction", __base__=Origin, **predictions)


class ModelCard(BaseModel):
    """Which model is served and where it came from. ``files`` are sha256 by name."""

    name: str
    version: str
    run_id: str
    experiment_id: str
    trained_at: datetime
    dataset: str
    data_sha256: str
    contract_sha256: str
    git_commit: str
    coverage: float
    forward_coverage: float | None
    metrics: dict[str, float]
    libraries: dict[str, str]
    files: dict[str, str]

    @classmethod
    def of(cls, manifest: Manifest) -> ModelCard:
        return cls(
            name=manifest.mlflow.model_name,
            version=manifest.mlflow.model_version,
            run_id=manifest.mlflow.run_id,
            experiment_id=manifest.mlflow.experiment_id,
            trained_at=manifest.created_at,
            dataset=manifest.dataset,
            data_sha256=manifest.data_sha256,
            contract_sha256=manifest.contract_sha256,
            git_commit=manifest.git_commit,
            coverage=manifest.coverage,
            forward_coverage=manifest.forward_coverage,
            metrics=manifest.metrics,
            libraries=manifest.libraries,
            files={name: entry.sha256 for name, entry in manifest.files.items()},
        )


class Status(BaseModel):
    status: Literal["ok"] = "ok"


class ServedModel(BaseModel):
    name: str
    version: str
    run_id: str
    dataset: str


class Health(Status):
    """A summary for people; the tracker may be away while everything else is ok."""

    model: ServedModel
    tracker: TrackerState
