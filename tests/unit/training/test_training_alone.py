"""One training at a time in one place: the others wait, and nothing stays behind."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from training import run_record
from training.run_record import FILE, alone

AT_ONCE = 8


def test_others_wait_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "new" / ".runs"
    said: list[str] = []
    inside: list[int] = []
    most: list[int] = []
    monkeypatch.setattr(run_record, "note", said.append)

    def work() -> None:
        with alone(place):
            inside.append(1)
            most.append(len(inside))
            place.joinpath("half").mkdir()
            threading.Event().wait(0.02)  # the work, which others must not overlap
            place.joinpath("half").rmdir()
            inside.pop()

    trainings = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    with alone(place):
        for training in trainings:
            training.start()
        for _ in range(10_000):  # until all of them have come, or never will
            if len(said) == AT_ONCE:
                break
            threading.Event().wait(0.01)
    for training in trainings:
        training.join()

    assert most == [1] * AT_ONCE
    assert said[0] == f"waits for another training that is at work in {place}"
    assert not place.exists()


def test_a_run_that_waits_for_a_tracker_stays(tmp_path: Path) -> None:
    waiting = tmp_path / ".runs" / "flats-1"

    with alone(tmp_path / ".runs"):
        waiting.mkdir()
        (waiting / FILE).touch()

    assert (waiting / FILE).exists()
