"""A whole training run, on the small synthetic dataset, logged to a store in a file."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pandas as pd
import pytest

from training import recipe
from training.__main__ import main
from training.dataset import Dataset, load
from training.runtime import ExportedModel
from training.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion

ROOT = Path(__file__).parents[3]
FLATS = ROOT / "datasets" / "synthetic_flats"
SMALL = ("folds=3", "rounds=40", "trees=20")  # trained in seconds
GAS = "Gas (O'Neil, Bang & Co+, 1 to $x_{$)"
GAS_IN_A_NAME = "Gas _O_Neil_ Bang _ Co__ 1 to _x____"
FILES = {
    "contract.json", "golden.json", "manifest.json", "manifest.json.sha256", "model.joblib",
    "model.onnx", "predictions.csv", "preprocessor.joblib",
}  # fmt: skip
# MLflow's own use of its libraries warns, which is not ours to mend.
pytestmark = pytest.mark.filterwarnings("default")
MANIFEST = {"manifest.json", "manifest.json.sha256"}
PLOTS = {
    "coverage_by_price_decile.png", "permutation_importance.png", "predicted_against_actual.png",
    "residuals_by_price.png", "residuals_by_segment.png",
}  # fmt: skip


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
        return self.client.get_model_version_by_alias("house-price", "champion")

    @property
    def run(self) -> Run:
        return self.client.get_run(self.manifest["mlflow"]["run_id"])


@pytest.fixture(autouse=True, scope="module")
def learns_once() -> Iterator[None]:
    """What was learnt of the same rows with the same settings is learnt once; all else is done."""
    known: dict[tuple[str, Settings], recipe.Trained] = {}

    def train(dataset: Dataset, settings: Settings) -> recipe.Trained:
        key = (dataset.sha256, settings)
        if key not in known:
            known[key] = recipe.train(dataset, settings)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.__main__.train", train)
        # Other tests run meanwhile, and to start helpers costs more than they save.
        patch.setenv("LOKY_MAX_CPU_COUNT", "1")
        yield


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longer than all that is done with the log."""
    monkeypatch.setattr("training.plots.draw", lambda folder, *_: folder.mkdir())


@pytest.fixture(scope="module")
def flats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset, with a choice that has every character in its label."""
    folder = tmp_path_factory.mktemp("data") / "flats"
    shutil.copytree(FLATS, folder)
    file = folder / "dataset.toml"
    file.write_text(file.read_text().replace('"Gas"', f'"{GAS}"'))
    return folder


@pytest.fixture(scope="module")
def trained(flats: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Logged to a store that there was not before."""
    trained = Trained(flats, tmp_path_factory.mktemp("trained"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_REGISTRY_URI", f"sqlite:///{trained.elsewhere}")
        assert trained.train() == 0
    return trained


@pytest.fixture(scope="module")
def empty_store(trained: Trained, flats: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store without a run. MLflow takes seconds to make one of no file."""
    copy = Trained(flats, tmp_path_factory.mktemp("empty"))
    shutil.copy(trained.store, copy.store)
    copy.client.delete_registered_model("house-price")
    copy.client.delete_run(trained.run.info.run_id)
    return copy.store.read_bytes()


@pytest.fixture
def another(empty_store: bytes, flats: Path, tmp_path: Path) -> Trained:
    """Nothing is trained yet."""
    another = Trained(flats, tmp_path)
    another.store.write_bytes(empty_store)
    return another


@pytest.fixture(scope="module")
def dataset(flats: Path) -> Dataset:
    return load(flats)


def test_the_bundle_holds_every_file_and_its_hash(trained: Trained) -> None:
    assert {file.name for file in trained.bundle.iterdir()} == FILES
    for name, recorded in trained.manifest["files"].items():
        content = (trained.bundle / name).read_bytes()
        assert recorded == {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    assert set(trained.manifest["files"]) == FILES - MANIFEST
    digest = hashlib.sha256((trained.bundle / "manifest.json").read_bytes()).hexdigest()
    assert (trained.bundle / "manifest.json.sha256").read_text() == f"{digest}  manifest.json\n"


def test_the_run_is_logged_with_all_that_a_person_asks_for(trained: Trained) -> None:
    run = trained.run

    assert run.info.status == "FINISHED"
    assert {"seed", "folds", "data_sha256", "git_commit", "lock_sha256"} <= set(run.data.params)
    for figure in ("rmsle", "mae", "mape", "r2", "coverage", "width"):
        assert np.isfinite(run.data.metrics[f"cv_{figure}"])
        assert np.isfinite(run.data.metrics[f"segment/{GAS_IN_A_NAME}/{figure}"])
        assert len(trained.client.get_metric_history(run.info.run_id, f"fold_{figure}")) == 3


def artifacts(trained: Trained, folder: str) -> set[str]:
    found = trained.client.list_artifacts(trained.run.info.run_id, folder)
    return {Path(artifact.path).name for artifact in found}


def test_plots_and_the_bundle_are_with_the_run(trained: Trained) -> None:
    assert artifacts(trained, "plots") == PLOTS
    assert artifacts(trained, "bundle") == FILES


def test_what_was_repaired_in_the_data_is_with_the_run(trained: Trained, tmp_path: Path) -> None:
    run_id = trained.run.info.run_id
    rows = trained.client.download_artifacts(run_id, "tables/rows.txt", str(tmp_path))

    assert f"heating: 18 empty cells repaired with {GAS!r}" in Path(rows).read_text()


def test_the_registered_version_is_the_bundle(trained: Trained) -> None:
    version, where = trained.champion, trained.manifest["mlflow"]
    manifest = hashlib.sha256((trained.bundle / "manifest.json").read_bytes()).hexdigest()

    assert (version.name, str(version.version)) == (where["model_name"], where["model_version"])
    assert version.run_id == where["run_id"]
    assert version.tags["manifest_sha256"] == manifest
    assert version.tags["data_sha256"] == trained.manifest["data_sha256"]


def test_the_model_is_registered_where_its_run_is(trained: Trained) -> None:
    assert not trained.elsewhere.exists(), "MLFLOW_REGISTRY_URI names it"
    assert trained.champion.run_id == trained.run.info.run_id


def test_the_registered_model_predicts_what_the_bundle_predicts(
    trained: Trained, dataset: Dataset
) -> None:
    import mlflow

    exported = ExportedModel((trained.bundle / "model.onnx").read_bytes(), dataset.contract)
    mlflow.set_tracking_uri(trained.uri)
    mlflow.set_registry_uri(trained.uri)
    model = mlflow.pyfunc.load_model("models:/house-price@champion")
    houses = dataset.inputs.head(20)
    whole = houses.select_dtypes("integer").columns

    answer = model.predict(houses.astype(dict.fromkeys(whole, "float64")))

    expected = exported.predict(houses)["price"].to_numpy()
    # Not to the last bit: MLflow asks for all houses at once.
    np.testing.assert_allclose(np.ravel(answer["price"]), expected, rtol=1e-12)


def test_the_joblib_files_predict_the_same_over_all_rows(
    trained: Trained, dataset: Dataset
) -> None:
    """In an interpreter that knows nothing of this project, as a notebook would."""
    script = (
        "import sys, joblib, pandas as pd\n"
        "houses = pd.read_pickle(sys.argv[2])\n"
        "step = joblib.load(f'{sys.argv[1]}/preprocessor.joblib')\n"
        "model = joblib.load(f'{sys.argv[1]}/model.joblib')\n"
        "assert not {name for name in sys.modules if name.split('.')[0] in ('training', 'app')}\n"
        "prices = pd.Series(model.predict(step.transform(houses)))\n"
        "prices.to_json(sys.argv[3], double_precision=15)\n"
    )
    folder = trained.bundle.parent
    dataset.inputs.to_pickle(folder / "houses.pkl")
    command = [sys.executable, "-c", script, str(trained.bundle)]
    subprocess.run(
        [*command, str(folder / "houses.pkl"), str(folder / "prices.json")], check=True, cwd=folder
    )

    prices = pd.read_json(folder / "prices.json", typ="series").to_numpy()
    exported = ExportedModel((trained.bundle / "model.onnx").read_bytes(), dataset.contract)
    np.testing.assert_allclose(prices, exported.predict(dataset.inputs)["price"], rtol=1e-6)


def test_golden_rows_are_houses_that_the_model_has_not_seen(
    trained: Trained, dataset: Dataset
) -> None:
    golden = json.loads((trained.bundle / "golden.json").read_bytes())["rows"]
    figures = pd.DataFrame(golden)
    known = {json.dumps(row) for row in dataset.inputs.to_dict("records")}

    assert len(golden) == len(dataset.price) // 5
    assert {json.dumps(row["inputs"]) for row in golden} <= known
    rmsle = np.sqrt(np.mean(np.log(figures["price"] / figures["actual"]) ** 2))
    assert rmsle == pytest.approx(trained.run.data.metrics["holdout_rmsle"], rel=1e-6)


def test_shuffled_prices_leave_no_skill(
    another: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Were anything computed from the price an input, it would still predict the shuffled ones."""
    folder = tmp_path / "shuffled"
    shutil.copytree(FLATS, folder)
    rows = pd.read_csv(folder / "flats.csv", dtype="str", keep_default_na=False)
    rows["asking_price_eur"] = rows["asking_price_eur"].sample(frac=1, random_state=1).to_numpy()
    rows.to_csv(folder / "flats.csv", index=False)

    code = another.train(dataset=folder)

    assert code == 1
    assert "is no better than the" in capsys.readouterr().err
    assert not another.bundle.exists()
    (run,) = another.client.search_runs(["1"])
    assert run.info.status == "FAILED"
    assert "is no better than the" in run.data.tags["refused"]
    assert run.data.metrics["cv_rmsle"] > run.data.metrics["baseline_median_rmsle"]
    assert another.client.search_model_versions("name='house-price'") == []


@pytest.mark.usefixtures("without_pictures")
def test_a_tracker_that_goes_away_loses_nothing(
    another: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import tracking

    register = tracking._register

    def gone(*arguments: object) -> str:
        raise OSError("connection refused")

    monkeypatch.setattr(tracking, "_register", gone)
    assert another.train() == 4
    assert not another.bundle.exists()
    (kept,) = (folder for folder in (tmp_path / ".runs").iterdir() if folder.is_dir())
    assert {file.name for file in (kept / "bundle").iterdir()} == FILES - MANIFEST

    monkeypatch.setattr(tracking, "_register", register)
    assert another.train("--set", "seed=1") == 0

    versions = another.client.search_model_versions("name='house-price'")
    seeds = [
        another.client.get_run(str(version.run_id)).data.params["seed"] for version in versions
    ]
    assert sorted(seeds) == ["0", "1"]
    assert [path.name for path in (tmp_path / ".runs").iterdir()] == [".lock"]


@pytest.mark.usefixtures("without_pictures")
def test_a_kill_after_the_log_makes_the_next_training_log_only_itself(
    another: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("training.__main__.publish", killed)
        with pytest.raises(KeyboardInterrupt):
            another.train()
    assert another.train("--set", "seed=1") == 0

    assert len(another.client.search_model_versions("name='house-price'")) == 2
    assert another.run.data.params["seed"] == "1"


def test_a_folder_with_something_else_in_it_is_not_replaced(
    another: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    another.bundle.mkdir()
    (another.bundle / "thesis.txt").write_text("mine")

    assert another.train() == 2

    assert "Fix: name a new or empty folder" in capsys.readouterr().err
    assert (another.bundle / "thesis.txt").read_text() == "mine"


def test_the_joblib_files_hold_only_classes_of_libraries(trained: Trained) -> None:
    for name in ("preprocessor.joblib", "model.joblib"):
        module = type(joblib.load(trained.bundle / name)).__module__
        assert module.startswith("sklearn.")
