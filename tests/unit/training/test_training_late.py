"""Runs that MLflow did not take when they were trained: the next training logs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.training.trained_flats import FILES, MANIFEST, MODEL, Trained

if TYPE_CHECKING:
    from mlflow.entities import Run

# MLflow's own use of its libraries warns, which is not ours to mend.
pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.usefixtures("learns_once", "without_pictures"),
]


def test_a_tracker_that_goes_away_loses_nothing(
    another: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_tracker(monkeypatch, "register"):
        assert another.train() == 4
    assert not another.bundle.exists()
    (kept,) = (folder for folder in (tmp_path / ".runs").iterdir() if folder.is_dir())
    assert {file.name for file in (kept / "bundle").iterdir()} == FILES - MANIFEST

    assert another.train("--set", "seed=1") == 0

    seeds = [
        another.client.get_run(str(version.run_id)).data.params["seed"]
        for version in another.versions
    ]
    assert sorted(seeds) == ["0", "1"]
    assert [path.name for path in tmp_path.iterdir() if path.name == ".runs"] == []


def test_a_kill_after_the_log_makes_the_next_training_log_only_itself(
    another: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("training.run.publish", killed)
        assert another.train() == 130
    assert another.train("--set", "seed=1") == 0

    assert len(another.versions) == 2
    assert another.run.data.params["seed"] == "1"


def test_a_refused_run_that_waited_is_logged_as_refused(
    another: Trained, shuffled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_tracker(monkeypatch, "_log_values"):
        assert another.train(dataset=shuffled) == 4

    assert another.train("--set", "seed=1", dataset=shuffled) == 1

    refused = [run for run in runs(another) if "refused" in run.data.tags]
    assert sorted(run.data.params["seed"] for run in refused) == ["0", "1"]
    assert {run.info.status for run in refused} == {"FAILED"}
    assert another.versions == []


def test_a_run_that_waited_is_no_champion_before_its_bundle_is_published(
    another: Trained, shuffled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came after it was refused, so nothing serves: neither may the registry say so."""
    with no_tracker(monkeypatch, "register"):
        assert another.train() == 4

    assert another.train(dataset=shuffled) == 1

    assert len(another.versions) == 1
    assert another.client.get_registered_model(MODEL).aliases == {}
    assert not another.bundle.exists()


def test_a_run_that_waited_leaves_the_champion_that_serves(
    another: Trained, shuffled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert another.train() == 0
    serves = another.champion.version
    with no_tracker(monkeypatch, "register"):
        assert another.train("--set", "seed=1") == 4

    assert another.train(dataset=shuffled) == 1

    assert another.champion.version == serves
    assert another.manifest["mlflow"]["model_version"] == str(serves)


@contextmanager
def no_tracker(monkeypatch: pytest.MonkeyPatch, step: str) -> Iterator[None]:
    """In the block, the tracker is away from this step of the log on."""

    def gone(*_: object) -> str:
        raise OSError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(f"training.tracking.{step}", gone)
        yield


def runs(trained: Trained) -> list[Run]:
    return list(trained.client.search_runs(["1"]))
