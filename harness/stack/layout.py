"""What the harness has to know of a project: its compose file and the three services in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Service:
    """A service with a published port.

    Attributes:
        name: in the compose file.
        port: the environment variable by which the compose file takes the host port.
        probe: path that answers 200 once the service does its job.
    """

    name: str
    port: str
    probe: str


@dataclass(frozen=True)
class Layout:
    """A project that can be booted.

    Attributes:
        root: folder of the compose file.
        compose_file: in ``root``.
        prefix: of the names of test stacks.
        needs: file in ``root`` -> what is wrong and what to do where it is missing.
    """

    root: Path
    compose_file: str = "docker-compose.yml"
    prefix: str = "house-price-test"
    api: Service = Service("fastapi", "API_PORT", "/health/ready")
    ui: Service = Service("streamlit", "UI_PORT", "/_stcore/health")
    # Not /health: that is green even where MLflow refuses every call of its API.
    mlflow: Service = Service(
        "mlflow", "MLFLOW_PORT", "/api/2.0/mlflow/registered-models/search?max_results=1"
    )
    needs: Mapping[str, str] = field(
        default_factory=lambda: {
            "artifacts/bundle/manifest.json": "there is no trained model. Fix: ./run_pipeline.sh"
        }
    )

    @property
    def services(self) -> tuple[Service, Service, Service]:
        return self.api, self.ui, self.mlflow

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "root": str(self.root)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Layout:
        services = {key: Service(**content[key]) for key in ("api", "ui", "mlflow")}
        return cls(**{**content, **services, "root": Path(content["root"])})
