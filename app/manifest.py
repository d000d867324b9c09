"""``manifest.json``: what a bundle consists of and where it came from."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.contract import StrictModel

MANIFEST = "manifest.json"
CHECKSUM = "manifest.json.sha256"
MODEL = "model.onnx"
CONTRACT = "contract.json"
GOLDEN = "golden.json"
SERVED = (MODEL, CONTRACT, GOLDEN)
"""The files that serving parses. All others are only compared with their hash."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# No slash, no leading dot: a name in the manifest can never lead out of the folder.
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Coverage = Annotated[float, Field(gt=0, lt=1)]


class FileEntry(StrictModel):
    """One file as the pipeline wrote it; ``size`` in bytes."""

    sha256: Sha256
    size: int = Field(ge=0)


class TrackedAs(StrictModel):
    """Where MLflow keeps the run and the registered version of this bundle."""

    tracking: str
    experiment_id: str
    run_id: str
    model_name: str
    model_version: str


class Manifest(StrictModel):
    """What a bundle is.

    Attributes:
        coverage: share of prices that the intervals are made to hold.
        forward_coverage: share of the latest sales that such intervals of the earlier ones held,
            where it is less than chance explains; None where they held.
    """

    format: Literal[1]
    created_at: datetime
    dataset: str
    coverage: Coverage
    forward_coverage: Annotated[float, Field(ge=0, lt=1)] | None
    data_sha256: Sha256
    contract_sha256: Sha256
    lock_sha256: Sha256
    git_commit: str
    libraries: dict[str, str]
    metrics: dict[str, float]
    mlflow: TrackedAs
    files: dict[FileName, FileEntry]
