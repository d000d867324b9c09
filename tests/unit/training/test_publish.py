"""A published bundle is whole at every moment, also when the publisher is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from training import publish as publishing
from training.publish import MANIFEST, describe, publish, recover, write_manifest

PUBLISH_FOR_EVER = """
import itertools, sys
from pathlib import Path
from training import publish as publishing
place = Path(sys.argv[1])
if sys.argv[2] == "two renames":
    publishing._exchange = lambda one, other: False
for number in itertools.count():
    new = place.with_name(f"new-{number}")
    new.mkdir()
    for name in ("model.onnx", "contract.json"):
        (new / name).write_bytes(str(number).encode() * 20_000)
    publishing.write_manifest(new, {"number": number})
    publishing.publish(new, place)
    print(number, flush=True)
"""


def bundle(folder: Path, number: int) -> Path:
    folder.mkdir()
    (folder / "model.onnx").write_text(str(number))
    write_manifest(folder, {"number": number})
    return folder


def number_of(place: Path) -> int:
    """The number of the bundle at ``place``, once all of its files are found whole."""
    manifest = json.loads((place / MANIFEST).read_text())
    assert manifest["files"] == describe(place)
    return int(manifest["number"])


@pytest.mark.parametrize("way", ["exchange", "two renames"])
def test_a_kill_at_any_moment_leaves_a_whole_bundle(tmp_path: Path, way: str) -> None:
    place = tmp_path / "bundle"
    rng = random.Random(0)
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", PUBLISH_FOR_EVER, str(place), way], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        for _ in range(rng.randint(1, 5)):
            child.stdout.readline()
        try:
            child.wait(timeout=rng.uniform(0, 0.02))
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        if way == "exchange":
            assert number_of(place) >= 0
        recover(place)
        assert number_of(place) >= 0
        for left in tmp_path.glob("new-*"):
            for file in left.iterdir():
                file.unlink()
            left.rmdir()


def test_publishing_replaces_the_old_bundle_and_removes_it(tmp_path: Path) -> None:
    place = tmp_path / "artifacts" / "bundle"
    place.parent.mkdir()
    publish(bundle(place.parent / "one", 1), place)
    publish(bundle(place.parent / "two", 2), place)

    assert number_of(place) == 2
    assert list(place.parent.iterdir()) == [place]


def test_a_manifest_that_reads_back_differently_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "model.onnx").write_text("1")
    real = publishing.write_durably

    def a_disk_that_loses_bytes(file: Path, content: bytes) -> None:
        real(file, content)
        (folder / "model.onnx").write_text("")

    monkeypatch.setattr(publishing, "write_durably", a_disk_that_loses_bytes)

    with pytest.raises(OSError, match="read back"):
        write_manifest(folder, {})
