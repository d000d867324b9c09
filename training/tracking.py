"""Logs a run to MLflow and registers its model. The only module that knows MLflow."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterable
from typing import Any

# MLflow's client waits minutes for a server that went away, unless told before it is imported.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
# The summary at the end says where the run is.
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow
import onnx
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types import Schema, TensorSpec

from training.publish import MANIFEST, write_manifest
from training.run_record import RunRecord
from training.tracking_server import TrackingError, TrackingStore

logging.getLogger("mlflow").setLevel(logging.WARNING)

EXPERIMENT = "house-price"
CHAMPION = "champion"
METRICS_AT_ONCE = 500


def log(record: RunRecord, store: TrackingStore, *, serves: bool) -> dict[str, str]:
    """Logs ``record``, registers its model, and completes the bundle with its manifest.

    A refused model is logged with all its figures, in a run that failed, and is not registered.

    Args:
        record: the run; its bundle gains ``manifest.json`` unless it was refused.
        store: where to.
        serves: whether the bundle is published next: only such a version becomes the champion.

    Returns:
        Where the run is: tracking, experiment_id, run_id, and unless the model was refused
        model_name and model_version.

    Raises:
        TrackingError: the tracker refused or went away; the record is kept.
    """
    try:
        return _log(record, store, serves)
    except (MlflowException, OSError) as error:
        raise TrackingError(
            f"{store.uri}: the run was not logged ({str(error).splitlines()[0]}). "
            f"It is kept in {record.folder}. Fix: bring the server back; the next "
            "./run_pipeline.sh logs it first."
        ) from error


def _log(record: RunRecord, store: TrackingStore, serves: bool) -> dict[str, str]:
    if store.artifacts is not None:
        # What `mlflow server` passes to itself. Without it a store in a file puts the artifacts
        # into the folder that the caller happens to stand in.
        os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = store.artifacts
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.uri)  # MLFLOW_REGISTRY_URI may name another
    client = MlflowClient()
    experiment = _experiment(client)
    run = client.create_run(
        experiment,
        start_time=record.started,
        run_name=record.name,
        tags={"mlflow.source.git.commit": str(record.manifest["git_commit"])},
    )
    run_id = run.info.run_id
    try:
        _log_values(client, run_id, record)
        where = {"tracking": store.uri, "experiment_id": experiment, "run_id": run_id}
        if record.refused is not None:
            client.set_tag(run_id, "refused", record.refused)
            client.log_artifacts(run_id, str(record.folder))
            client.set_terminated(run_id, "FAILED", end_time=record.ended)
            return where
        name = registered_model(str(record.manifest["dataset"]))
        version = _register(run_id, name, record)
        where |= {"model_name": name, "model_version": version}
        write_manifest(record.bundle, {**record.manifest, "mlflow": where})
        client.log_artifacts(run_id, str(record.folder))
        _mark(client, name, version, record)
        if serves:
            client.set_registered_model_alias(name, CHAMPION, version)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, "FINISHED", end_time=record.ended)
    return where


def _experiment(client: MlflowClient) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    return client.create_experiment(EXPERIMENT)


def _log_values(client: MlflowClient, run_id: str, record: RunRecord) -> None:
    params = [Param(key, value) for key, value in record.params.items()]
    metrics = [Metric(key, value, record.ended, 0) for key, value in record.metrics.items()]
    metrics += [
        Metric(f"fold_{key}", value, record.ended, step)
        for key, values in record.folds.items()
        for step, value in enumerate(values)
    ]
    client.log_batch(run_id, params=params, tags=[RunTag("dataset", record.manifest["dataset"])])
    for start in range(0, len(metrics), METRICS_AT_ONCE):
        client.log_batch(run_id, metrics=metrics[start : start + METRICS_AT_ONCE])


def registered_model(dataset: str) -> str:
    """The name in the registry of the models of a dataset: each has a champion of its own."""
    return f"{EXPERIMENT}-{re.sub('[/:]', '_', dataset)}"


def _register(run_id: str, name: str, record: RunRecord) -> str:
    """Logs ``model.onnx`` as an MLflow model and returns the version that the registry gave it."""
    model: Any = onnx.load(str(record.bundle / "model.onnx"))
    libraries = record.manifest["libraries"]
    with mlflow.start_run(run_id=run_id):
        info = mlflow.onnx.log_model(
            model,
            name=EXPERIMENT,
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


def _mark(client: MlflowClient, name: str, version: str, record: RunRecord) -> None:
    manifest = (record.bundle / MANIFEST).read_bytes()
    tags = {
        "dataset": record.manifest["dataset"],
        "data_sha256": record.manifest["data_sha256"],
        "contract_sha256": record.manifest["contract_sha256"],
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
    }
    for key, value in tags.items():
        client.set_model_version_tag(name, version, key, value)


def run_address(where: dict[str, str]) -> str:
    """Where a person finds the run: a page of the server's, or the id in a store."""
    server = where["tracking"]
    if not server.startswith("http"):
        return f"{where['run_id']} in {server}"
    return f"{server.rstrip('/')}/#/experiments/{where['experiment_id']}/runs/{where['run_id']}"
