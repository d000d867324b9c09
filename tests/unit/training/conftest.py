"""Training runs that the tests of a whole run share, and a dataset that each test may spoil."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.training.spoiled_flats import Folder
from tests.unit.training.trained_flats import FLATS, GAS, MODEL, Trained
from training import recipe
from training.dataset import Dataset, load
from training.settings import Settings


@pytest.fixture(scope="package")
def learns_once() -> Iterator[None]:
    """What was learnt of the same rows with the same settings is learnt once; all else is done."""
    known: dict[tuple[str, Settings], recipe.Trained] = {}

    def train(dataset: Dataset, settings: Settings) -> recipe.Trained:
        key = (dataset.sha256, settings)
        if key not in known:
            known[key] = recipe.train(dataset, settings)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.run.train", train)
        # Other tests run meanwhile, and to start helpers costs more than they save.
        patch.setenv("LOKY_MAX_CPU_COUNT", "1")
        yield


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longer than all that is done with the log."""
    monkeypatch.setattr("training.plots.draw", lambda folder, *_: folder.mkdir())
    monkeypatch.setattr("training.staging.draw_inputs", lambda *_: None)


@pytest.fixture(scope="package")
def flats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset, with a choice that has every character in its label."""
    folder = tmp_path_factory.mktemp("data") / "flats"
    shutil.copytree(FLATS, folder)
    file = folder / "dataset.toml"
    file.write_text(file.read_text().replace('"Gas"', f'"{GAS}"'))
    return folder


@pytest.fixture(scope="package")
def trained(flats: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Logged to a store that there was not before."""
    trained = Trained(flats, tmp_path_factory.mktemp("trained"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_REGISTRY_URI", f"sqlite:///{trained.elsewhere}")
        assert trained.train() == 0
    return trained


@pytest.fixture(scope="package")
def empty_store(trained: Trained, flats: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store without a run. MLflow takes seconds to make one of no file."""
    copy = Trained(flats, tmp_path_factory.mktemp("empty"))
    shutil.copy(trained.store, copy.store)
    copy.client.delete_registered_model(MODEL)
    copy.client.delete_run(trained.run.info.run_id)
    return copy.store.read_bytes()


@pytest.fixture
def another(empty_store: bytes, flats: Path, tmp_path: Path) -> Trained:
    """Nothing is trained yet."""
    another = Trained(flats, tmp_path)
    another.store.write_bytes(empty_store)
    return another


@pytest.fixture(scope="package")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset with its prices in another order: no model of it is fit to serve."""
    folder = tmp_path_factory.mktemp("data") / "shuffled"
    shutil.copytree(FLATS, folder)
    rows = pd.read_csv(folder / "flats.csv", dtype="str", keep_default_na=False)
    rows["asking_price_eur"] = rows["asking_price_eur"].sample(frac=1, random_state=1).to_numpy()
    rows.to_csv(folder / "flats.csv", index=False)
    return folder


@pytest.fixture(scope="package")
def dataset(flats: Path) -> Dataset:
    return load(flats)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "flats")
