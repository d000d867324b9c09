"""The model of a run in MLflow's registry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

import mlflow
import onnx
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types import Schema, TensorSpec

from training.publish import MANIFEST
from training.run_record import RunRecord

MODEL = "house-price"


def registered_model(dataset: str) -> str:
    """The name in the registry of the models of a dataset: each has a champion of its own."""
    return f"{MODEL}-{re.sub('[/:]', '_', dataset)}"


def register(run_id: str, name: str, record: RunRecord) -> str:
    """Logs ``model.onnx`` as an MLflow model and returns the version that the registry gave it."""
    model: Any = onnx.load(str(record.bundle / "model.onnx"))
    libraries = record.manifest["libraries"]
    with mlflow.start_run(run_id=run_id):
        info = mlflow.onnx.log_model(
            model,
            name=MODEL,
            registered_model_name=name,
            signature=ModelSignature(_tensors(model.graph.input), _tensors(model.graph.output)),
            pip_requirements=[f"{name}=={libraries[name]}" for name in ("onnx", "onnxruntime")],
            onnx_execution_providers=["CPUExecutionProvider"],
            save_as_external_data=False,
        )
    return str(info.registered_model_version)


def _tensors(values: Iterable[onnx.ValueInfoProto]) -> Schema:
    """The graph's inputs or outputs, (houses, 1) each, in MLflow's terms."""
    types = [
        onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type) for value in values
    ]
    return Schema(
        [TensorSpec(kind, (-1, 1), value.name) for value, kind in zip(values, types, strict=True)]
    )


def mark(client: MlflowClient, name: str, version: str, record: RunRecord) -> None:
    manifest = (record.bundle / MANIFEST).read_bytes()
    tags = {
        "dataset": record.manifest["dataset"],
        "data_sha256": record.manifest["data_sha256"],
        "contract_sha256": record.manifest["contract_sha256"],
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
    }
    for key, value in tags.items():
        client.set_model_version_tag(name, version, key, value)
