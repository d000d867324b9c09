"""A training that is killed at any moment: one story is told afterwards, by the next command."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.training.trained_flats import MODEL, Trained
from training.__main__ import main

if TYPE_CHECKING:
    from mlflow.entities import Run

# MLflow's own use of its libraries warns, which is not ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.usefixtures("learns_once", "without_pictures"),
]
KILLED = 9
# What is killed before it begins, and after it has ended.
MOMENTS = (
    "training.tracking._log_values",
    "training.tracking.register",
    "training.tracking.write_manifest",
    "training.tracking.mark",
    "training.run.log",
    "training.run.publish",
    "training.run.make_champion",
)


def killed_at(moment: str, *, before: bool, train: Callable[[], int]) -> None:
    """Trains in a process that is killed there: nothing of it can tidy up."""
    child = os.fork()
    if child == 0:
        with pytest.MonkeyPatch.context() as patch:
            module, _, name = moment.rpartition(".")
            real = getattr(__import__(module, fromlist=[name]), name)

            def last(*arguments: Any) -> None:
                if not before:
                    real(*arguments)
                os._exit(KILLED)

            patch.setattr(moment, last)
            train()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == KILLED, f"it was not killed at {moment}"


def runs(trained: Trained) -> list[Run]:
    return list(trained.client.search_runs(["1"]))


def assert_one_story(trained: Trained, folder: Path) -> None:
    """Registry, runs and disk say the same, and nothing waits."""
    champion, logged = trained.champion, trained.manifest["mlflow"]
    assert (str(champion.version), champion.run_id) == (logged["model_version"], logged["run_id"])
    statuses = {run.info.run_id: run.info.status for run in runs(trained)}
    assert "RUNNING" not in statuses.values()
    for version in trained.versions:
        assert statuses[str(version.run_id)] == "FINISHED", "a version of a run that was given up"
    assert not (folder / ".runs").exists()


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_command_ends_the_story_of_a_training_that_was_killed(
    another: Trained, tmp_path: Path, moment: str, before: bool
) -> None:
    assert another.train() == 0
    killed_at(moment, before=before, train=another.train)

    where = ["--tracking-uri", another.uri, "--output", str(another.bundle)]
    assert main(["--finish", *where]) == 0

    assert_one_story(another, tmp_path)
    tried = [run for run in runs(another) if run.info.status == "KILLED"]
    published = moment == "training.run.make_champion" or (
        moment == "training.run.publish" and not before
    )
    assert len(another.versions) == 2, "what was trained is lost"
    newest = max(int(version.version) for version in another.versions)
    assert int(another.champion.version) == (newest if published else 1)
    assert len(tried) <= 1


def test_the_next_training_ends_it_too(another: Trained, tmp_path: Path) -> None:
    killed_at("training.tracking.mark", before=True, train=another.train)

    assert another.train() == 0

    assert_one_story(another, tmp_path)
    assert sorted(run.info.status for run in runs(another)) == ["FINISHED", "FINISHED", "KILLED"]


def test_a_log_that_fails_leaves_no_version_behind(
    another: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk: a version without all of its files is none."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("training.tracking.mark", full)
        assert another.train() == 4

    assert another.versions == []
    assert [run.info.status for run in runs(another)] == ["FAILED"]
    assert another.client.get_registered_model(MODEL).aliases == {}


def test_a_deleted_experiment_is_named_before_the_work(
    another: Trained, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert another.train() == 0
    another.client.delete_experiment("1")
    monkeypatch.setattr("training.run.train", lambda *_: pytest.fail("it was trained"))

    assert another.train() == 4

    error = capsys.readouterr().err
    assert '"house-price" was deleted' in error
    assert "mlflow experiments restore --experiment-id 1" in error
