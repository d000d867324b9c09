"""MLflow: the run of a training that happens now, and the model that is served."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest

from harness.stack.running import ComposeStack
from harness.stack.usage import epoch
from tests.houses.api import PriceApi
from tests.houses.tracker import MlflowApi
from tests.houses.trained_run import DATASET, SMALL, Trained

pytestmark = pytest.mark.xdist_group("trained")

CHAMPION = "champion"
PNG = b"\x89PNG\r\n\x1a\n"
FILES = {
    "model.onnx", "contract.json", "golden.json", "predictions.csv", "preprocessor.joblib",
    "model.joblib",
}  # fmt: skip


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.check("tracking.page")
def test_mlflow_shows_its_page(tracker: MlflowApi) -> None:
    page = tracker.get("/")

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>MLflow</title>" in page.text


@pytest.mark.check("tracking.artifacts")
@pytest.mark.containers
def test_the_pipeline_saves_all_artifacts(trained: Trained) -> None:
    assert set(trained.bundle.manifest["files"]) == FILES
    for name, entry in trained.bundle.manifest["files"].items():
        assert entry["size"] == (trained.bundle.folder / name).stat().st_size > 0
        assert entry["sha256"] == trained.bundle.sha256(name), name


@pytest.mark.check("tracking.summary")
@pytest.mark.containers
def test_the_pipeline_says_how_good_the_model_is_and_where_everything_went(
    trained: Trained, tracker: MlflowApi
) -> None:
    assert "RMSLE" in trained.printed
    assert str(trained.bundle.folder) in trained.printed
    port = urlsplit(tracker.address).port
    assert f"Run     http://localhost:{port}/#/experiments/" in trained.printed
    assert trained.run_id in trained.printed


@pytest.mark.check("tracking.left-running")
@pytest.mark.containers
def test_training_uses_the_mlflow_that_runs_and_leaves_it_running(
    trained: Trained, tracker: MlflowApi, compose_stack: ComposeStack
) -> None:
    """On a port of its own, not the default one."""
    mlflow = compose_stack.inspect("mlflow")["State"]

    assert mlflow["Running"]
    assert 1000 * epoch(mlflow["StartedAt"]) < tracker.run(trained.run_id)["info"]["start_time"]


@pytest.mark.check("tracking.run")
@pytest.mark.containers
def test_the_run_is_in_mlflow_and_finished(trained: Trained, tracker: MlflowApi) -> None:
    info = tracker.run(trained.run_id)["info"]

    assert info["status"] == "FINISHED"
    assert info["experiment_id"] == trained.bundle.manifest["mlflow"]["experiment_id"]


@pytest.mark.check("tracking.parameters")
@pytest.mark.containers
def test_the_run_has_its_parameters_and_where_it_came_from(
    trained: Trained, tracker: MlflowApi
) -> None:
    params, manifest = tracker.params(trained.run_id), trained.bundle.manifest

    assert {key: params[key] for key in SMALL} == {key: str(value) for key, value in SMALL.items()}
    assert params["dataset"] == PurePosixPath(DATASET).name
    for key in ("data_sha256", "contract_sha256", "lock_sha256", "git_commit"):
        assert params[key] == manifest[key], key


@pytest.mark.check("tracking.metrics")
@pytest.mark.containers
def test_the_run_has_every_metric_of_the_manifest(trained: Trained, tracker: MlflowApi) -> None:
    metrics, manifest = tracker.metrics(trained.run_id), trained.bundle.manifest

    assert {"cv_rmsle", "cv_coverage", "cv_width", "holdout_mae"} <= set(manifest["metrics"])
    assert {key: metrics.get(key) for key in manifest["metrics"]} == manifest["metrics"]


@pytest.mark.check("tracking.metrics-by-part")
@pytest.mark.containers
def test_the_run_has_metrics_by_fold_and_by_segment(trained: Trained, tracker: MlflowApi) -> None:
    assert len(tracker.history(trained.run_id, "fold_rmsle")) == SMALL["folds"]
    assert any(key.startswith("segment/") for key in tracker.metrics(trained.run_id))


@pytest.mark.check("tracking.plots")
@pytest.mark.containers
def test_the_run_has_plots_that_can_be_looked_at(trained: Trained, tracker: MlflowApi) -> None:
    plots = [path for path in tracker.artifacts(trained.run_id) if path.startswith("plots/")]

    assert len(plots) >= 5, "predicted against actual, residuals, importance, coverage"
    for path in plots:
        content = tracker.artifact(trained.run_id, path)
        assert content.startswith(PNG), path
        assert len(content) > 5_000, f"{path} is empty"


@pytest.mark.check("tracking.bundle")
@pytest.mark.containers
def test_the_run_has_the_bundle_byte_for_byte(trained: Trained, tracker: MlflowApi) -> None:
    for name in (*FILES, "manifest.json"):
        kept = tracker.artifact(trained.run_id, f"bundle/{name}")

        assert sha256(kept) == trained.bundle.sha256(name), f"{name} in MLflow is another one"


@pytest.mark.check("tracking.champion")
@pytest.mark.containers
def test_the_model_of_the_run_is_the_champion(trained: Trained, tracker: MlflowApi) -> None:
    manifest = trained.bundle.manifest
    model = f"house-price-{manifest['dataset']}"  # each dataset has a champion of its own
    champion = tracker.version_named(model, CHAMPION)

    assert champion["run_id"] == trained.run_id, "the champion is another run's model"
    assert champion["version"] == manifest["mlflow"]["model_version"]
    assert manifest["mlflow"]["model_name"] == model


@pytest.mark.check("tracking.registry")
@pytest.mark.containers
def test_the_registry_has_the_hashes_of_the_bundle_that_the_api_reports_too(
    trained: Trained, tracker: MlflowApi, api_of_trained: PriceApi
) -> None:
    manifest, served = trained.bundle.manifest, api_of_trained.model()
    logged = manifest["mlflow"]
    version = tracker.version(logged["model_name"], logged["model_version"])
    tags = {tag["key"]: tag["value"] for tag in version["tags"]}

    for key in ("dataset", "data_sha256", "contract_sha256"):
        assert tags[key] == manifest[key] == served[key], key
    assert tags["manifest_sha256"] == trained.bundle.sha256("manifest.json")
    assert served["files"] == {name: trained.bundle.sha256(name) for name in FILES}


@pytest.mark.check("tracking.other-dataset")
@pytest.mark.containers
def test_another_dataset_is_served_without_other_code(
    api_of_trained: PriceApi, trained: Trained
) -> None:
    answers = api_of_trained.predict_batch([row.inputs for row in trained.bundle.golden])

    assert api_of_trained.schema() == trained.bundle.contract
    assert api_of_trained.schema()["target"]["currency"] == "EUR"
    assert [answer.price for answer in answers] == pytest.approx(
        [row.price for row in trained.bundle.golden], rel=1e-6
    )


@pytest.mark.check("tracking.served-files")
def test_the_served_files_are_those_of_the_run_in_mlflow(
    registered_api: PriceApi, tracker: MlflowApi
) -> None:
    served = registered_api.model()

    for name, expected in served["files"].items():
        assert sha256(tracker.artifact(served["run_id"], f"bundle/{name}")) == expected, name


@pytest.mark.check("tracking.served-metrics")
def test_the_served_model_has_the_metrics_that_were_logged(
    registered_api: PriceApi, tracker: MlflowApi
) -> None:
    served = registered_api.model()
    logged = tracker.metrics(served["run_id"])

    assert {key: logged.get(key) for key in served["metrics"]} == served["metrics"]
