"""Training in another checkout, where no MLflow runs: it starts the compose service for its run and
ends it again, and the model is the same to the byte."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.houses.bundle import Bundle
from tests.houses.trained_run import DATASET, TO_TRAIN, Trained, run_in

# Not beside another training: two at once are slower than one after the other.
pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("trained")]

NEEDED = (
    "app", DATASET, "docker-compose.yml", "requirements", "run_pipeline.sh", "setup",
    "streamlit_app", "training",
)  # fmt: skip
SAME = ("model.onnx", "contract.json", "golden.json")

# Through the service's own volume: the run must be there when the service starts again.
# Reads the file, because MLflow's client takes longer to start than all the rest.
READ = """
import sqlite3, sys

store = sqlite3.connect("file:/var/tmp/mlflow.db?mode=ro", uri=True)
print(*store.execute("SELECT status FROM runs WHERE run_uuid = ?", sys.argv[1:]).fetchone())
"""


@pytest.fixture(scope="module")
def checkout(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What training needs, in a folder of another name."""
    folder = tmp_path_factory.mktemp("elsewhere") / "another checkout"
    for name in NEEDED:
        source, copy = pytestconfig.rootpath / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, copy)
    (folder / ".venv").symlink_to(pytestconfig.rootpath / ".venv")
    return folder


@pytest.fixture(scope="module")
def in_project(checkout: Path) -> Iterator[Callable[..., str]]:
    """Runs a command in the checkout, for a compose project of its own with nothing in it."""
    name = f"house-price-found-{uuid4().hex[:8]}"

    def run(*command: str) -> str:
        return run_in(checkout, name, command)

    yield run
    run("docker", "compose", "down", "--volumes")


@pytest.fixture(scope="module")
def trained_elsewhere(in_project: Callable[..., str], checkout: Path) -> Bundle:
    folder = checkout / "trained"
    in_project("./run_pipeline.sh", *TO_TRAIN, "--output", str(folder))
    return Bundle(folder)


@pytest.mark.check("tracking.left-absent")
def test_training_starts_an_mlflow_that_is_absent_ends_it_again_and_keeps_the_run(
    in_project: Callable[..., str], trained_elsewhere: Bundle
) -> None:
    assert in_project("docker", "compose", "ps", "--all", "--quiet") == ""
    run_id = trained_elsewhere.manifest["mlflow"]["run_id"]
    read = ("python", "-c", READ, run_id)
    printed = in_project("docker", "compose", "run", "--rm", "-T", "mlflow", *read)
    assert printed.split() == ["FINISHED"]


@pytest.mark.check("tracking.reproducible")
def test_training_again_in_another_folder_gives_the_same_model_to_the_byte(
    trained: Trained, trained_elsewhere: Bundle
) -> None:
    for name in SAME:
        assert trained_elsewhere.sha256(name) == trained.bundle.sha256(name), name
    assert trained_elsewhere.manifest["metrics"] == trained.bundle.manifest["metrics"]
