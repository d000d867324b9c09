"""One training run on the disk, before MLflow has it.

Everything that will be logged lies in one folder, so a tracker that goes away loses nothing: the
next training logs what is still there.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

from training.console import note
from training.publish import write_durably

FILE = "run.json"


@dataclass(frozen=True)
class RunRecord:
    """What is logged of one run.

    Attributes:
        folder: holds ``bundle/`` (without its manifest), ``plots/`` and ``tables/``.
        name: of the run, as shown in MLflow.
        started, ended: milliseconds since the epoch.
        params: settings and provenance.
        metrics: name -> value.
        folds: metric name -> one value a fold.
        refused: why the model must not be served, None if it may be.
        manifest: what the bundle's manifest says, except files and registration.
        uid: by which its runs are found in MLflow, also those of a training that was killed.
    """

    folder: Path
    name: str
    started: int
    ended: int
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    folds: Mapping[str, list[float]]
    refused: str | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)
    uid: str = field(default_factory=lambda: uuid4().hex)

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle"

    def save(self) -> None:
        content = {key: value for key, value in vars(self).items() if key != "folder"}
        write_durably(self.folder / FILE, json.dumps(content, indent=2).encode())

    def done(self) -> None:
        """Its story is told: no later training looks for it."""
        (self.folder / FILE).unlink()
        shutil.rmtree(self.folder)

    @classmethod
    def load(cls, folder: Path) -> RunRecord:
        return cls(folder=folder, **json.loads((folder / FILE).read_bytes()))


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Keeps other trainings out of ``place`` while one is at work there; they wait, and say so.

    Nothing stays behind where no run waits for a tracker.
    """
    lock = place / ".lock"
    with _locked(lock):
        try:
            yield
        finally:
            if list(place.iterdir()) == [lock]:
                lock.unlink()
                place.rmdir()


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    while True:
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = lock.open("w")
        except FileNotFoundError:  # who was at work here has just removed the folder
            continue
        with file:
            _wait_for(file, lock)
            if _is_still(file, lock):
                yield
                return


def _is_still(file: TextIO, lock: Path) -> bool:
    """Who had it before may have removed it, and a third one may hold another by now."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), lock.stat())
    except FileNotFoundError:
        return False


def _wait_for(file: TextIO, lock: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        note(f"waits for another training that is at work in {lock.parent}")
        fcntl.flock(file, fcntl.LOCK_EX)


def pending(place: Path) -> list[RunRecord]:
    """Runs under ``place`` that were trained and not logged, oldest first.

    Only for who is :func:`alone` there: folders that a killed training left half-written go.
    """
    for folder in place.iterdir():
        if folder.is_dir() and not (folder / FILE).exists():
            shutil.rmtree(folder)
    return [RunRecord.load(file.parent) for file in sorted(place.glob(f"*/{FILE}"))]
