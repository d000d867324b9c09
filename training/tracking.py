"""Logs a run to MLflow. Only this module and the registry know MLflow."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# MLflow's client waits minutes for a server that went away, unless told before it is imported.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
# The summary at the end says where the run is.
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from training.publish import write_manifest
from training.registry import mark, register, registered_model
from training.run_record import RunRecord
from training.tracking_server import TrackingError, TrackingStore

logging.getLogger("mlflow").setLevel(logging.WARNING)

EXPERIMENT = "house-price"
CHAMPION = "champion"
RECORD = "training_record"
"""Tag of a run: the record that it is of."""
COMPLETE = "training_complete"
"""Tag of a run that holds all of its record."""
METRICS_AT_ONCE = 500


Where = dict[str, str]


def log(record: RunRecord, store: TrackingStore) -> Where:
    """Logs ``record``, registers its model, and completes the bundle with its manifest.

    A refused model is logged with all its figures, in a run that failed, and is not registered.

    Args:
        record: the run; its bundle gains ``manifest.json`` unless it was refused.
        store: where to.

    Returns:
        Where the run is: tracking, experiment_id, run_id, and unless the model was refused
        model_name and model_version.

    Raises:
        TrackingError: the tracker refused or went away; the record is kept.
    """
    with _told(record, store):
        return _log(_client(store), record, store)


def make_champion(where: Where, record: RunRecord, store: TrackingStore) -> None:
    """Points the alias at the version whose bundle was just published.

    Raises:
        TrackingError: the tracker refused or went away; the record is kept.
    """
    with _told(record, store):
        _client(store).set_registered_model_alias(
            where["model_name"], CHAMPION, where["model_version"]
        )


def finish(record: RunRecord, store: TrackingStore, served: Mapping[str, Any] | None) -> None:
    """Ends the story of a training that was killed, or whose tracker went away, at any moment.

    What was logged in part is marked as killed, its model versions are deleted, and all is logged
    again. A run whose bundle was published becomes the champion; no other does.

    Args:
        record: of that training.
        store: where it is logged.
        served: where the published bundle says that it was logged; None if there is none.

    Raises:
        TrackingError: the tracker refused or went away; the record is kept.
    """
    with _told(record, store):
        client = _client(store)
        found = client.search_runs([_experiment(client)], f"tags.{RECORD} = '{record.uid}'")
        for run in found:
            if COMPLETE not in run.data.tags:
                _give_up(client, run.info.run_id, "KILLED")
        whole = [run.info.run_id for run in found if COMPLETE in run.data.tags]
        if not whole:
            _log(client, record, store)
        elif served is not None and served["run_id"] in whole:
            name, version = served["model_name"], served["model_version"]
            client.set_registered_model_alias(name, CHAMPION, version)


@contextmanager
def _told(record: RunRecord, store: TrackingStore) -> Iterator[None]:
    try:
        yield
    except (MlflowException, OSError, DeletedError) as error:
        raise TrackingError(
            f"{store.uri}: the run was not logged ({str(error).splitlines()[0]}). "
            f"It is kept in {record.folder}. Fix: bring the server back; the next "
            "./run_pipeline.sh logs it first."
        ) from error


def _client(store: TrackingStore) -> MlflowClient:
    if store.artifacts is not None:
        # What `mlflow server` passes to itself. Without it a store in a file puts the artifacts
        # into the folder that the caller happens to stand in.
        os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = store.artifacts
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.uri)  # MLFLOW_REGISTRY_URI may name another
    return MlflowClient()


def _give_up(client: MlflowClient, run_id: str, status: str) -> None:
    """Ends a run that does not hold all of its record; no model version is left of it."""
    client.set_terminated(run_id, status)
    for version in client.search_model_versions(f"run_id = '{run_id}'"):
        client.delete_model_version(version.name, version.version)


def _log(client: MlflowClient, record: RunRecord, store: TrackingStore) -> Where:
    experiment = _experiment(client)
    run = client.create_run(
        experiment,
        start_time=record.started,
        run_name=record.name,
        tags={
            "mlflow.source.git.commit": str(record.manifest["git_commit"]),
            RECORD: record.uid,
        },
    )
    run_id = run.info.run_id
    try:
        _log_values(client, run_id, record)
        where = {"tracking": store.uri, "experiment_id": experiment, "run_id": run_id}
        if record.refused is not None:
            client.set_tag(run_id, "refused", record.refused)
            client.log_artifacts(run_id, str(record.folder))
            client.set_tag(run_id, COMPLETE, "yes")
            client.set_terminated(run_id, "FAILED", end_time=record.ended)
            return where
        name = registered_model(str(record.manifest["dataset"]))
        version = register(run_id, name, record)
        where |= {"model_name": name, "model_version": version}
        write_manifest(record.bundle, {**record.manifest, "mlflow": where})
        client.log_artifacts(run_id, str(record.folder))
        mark(client, name, version, record)
    except BaseException:
        _give_up(client, run_id, "FAILED")
        raise
    client.set_tag(run_id, COMPLETE, "yes")
    client.set_terminated(run_id, "FINISHED", end_time=record.ended)
    return where


class DeletedError(Exception):
    """The experiment was deleted in MLflow, which keeps its name and takes no run; has its id."""


def check(store: TrackingStore) -> None:
    """Makes sure, before the work, that ``store`` takes runs.

    Raises:
        TrackingError: it does not; says why and what to do.
    """
    try:
        _experiment(_client(store))
    except DeletedError as error:
        raise TrackingError(
            f'{store.uri}: the experiment "{EXPERIMENT}" was deleted there, so it takes no run. '
            f"Fix: MLFLOW_TRACKING_URI={store.uri} mlflow experiments restore --experiment-id "
            f"{error}"
        ) from None
    except MlflowException as error:
        raise TrackingError(
            f"{store.uri}: runs cannot be logged ({str(error).splitlines()[0]}). "
            "Fix: see the server's log, or name another with --tracking-uri."
        ) from error


def _experiment(client: MlflowClient) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None and found.lifecycle_stage != "active":
        raise DeletedError(str(found.experiment_id))
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


def run_address(where: dict[str, str]) -> str:
    """Where a person finds the run: a page of the server's, or the id in a store."""
    server = where["tracking"]
    if not server.startswith("http"):
        return f"{where['run_id']} in {server}"
    return f"{server.rstrip('/')}/#/experiments/{where['experiment_id']}/runs/{where['run_id']}"
