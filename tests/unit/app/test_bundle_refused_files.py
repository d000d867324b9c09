"""A bundle with other files than the pipeline wrote is refused: in one line, with both hashes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.bundle import verify
from app.predictor import Predictor
from tests.unit.app import bundles
from tests.unit.app.refusals import HASH, refusal

FILES = (
    "contract.json",
    "golden.json",
    "manifest.json",
    "manifest.json.sha256",
    "model.joblib",
    "model.onnx",
    "preprocessor.joblib",
)
ROOT = Path(__file__).parents[3]


def altered(folder: Path, name: str, change: Callable[[bytes], bytes]) -> str:
    """Changes a file and returns the refusal, which must name it and both hashes."""
    file = folder / name
    before = file.read_bytes()
    file.write_bytes(change(before))
    message = refusal(folder)
    file.write_bytes(before)
    return message


def test_a_whole_bundle_is_accepted(whole: Path) -> None:
    assert verify(whole).contract == bundles.MIXED


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_a_flipped_bit_anywhere(bundle: Path, name: str, place: float) -> None:
    def flip(content: bytes) -> bytes:
        at = int(place * (len(content) - 1))
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    message = altered(bundle, name, flip)
    if name.startswith("manifest.json"):
        assert str(bundle / "manifest.json") in message
    else:
        expected = hashlib.sha256((bundle / name).read_bytes()).hexdigest()
        found = hashlib.sha256(flip((bundle / name).read_bytes())).hexdigest()
        assert f"{bundle / name} is not what the pipeline wrote" in message
        assert HASH.findall(message) == [expected, found]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: c + b"\n", lambda c: b""])
def test_another_length(bundle: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    assert "is not what the pipeline wrote: expected" in altered(bundle, name, change)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    assert f"{bundle / name} is missing" in refusal(bundle)


@pytest.mark.parametrize("name", ["extra.onnx", ".hidden", "with\nline end", "model.onnx.bak"])
def test_an_extra_file(bundle: Path, name: str) -> None:
    (bundle / name).write_bytes(b"extra")
    message = refusal(bundle)
    assert "does not belong to the bundle: expected no such file" in message
    assert HASH.findall(message) == [hashlib.sha256(b"extra").hexdigest()]


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_place_of_a_file(bundle: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    (bundle / name).rename(outside)
    (bundle / name).symlink_to(outside)
    assert f"{bundle / name} is not a plain file: found a symbolic link" in refusal(bundle)


def test_an_extra_link_folder_or_pipe(bundle: Path) -> None:
    extra = bundle / "extra"
    extra.symlink_to("/etc/passwd")
    assert f"{extra} is not a plain file: found a symbolic link" in refusal(bundle)
    extra.unlink()
    extra.mkdir()
    assert f"{extra} is not a plain file: found a folder" in refusal(bundle)
    extra.rmdir()
    os.mkfifo(extra)
    assert f"{extra} is not a plain file: found a folder, pipe" in refusal(bundle)


def test_nothing_is_parsed_before_everything_is_hashed(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    monkeypatch.setattr("app.bundle.Contract.model_validate_json", parsed.append)
    monkeypatch.setattr("app.bundle.Golden.model_validate_json", parsed.append)
    (bundle / "preprocessor.joblib").write_bytes(b"altered")  # the last one in the manifest
    refusal(bundle)
    assert parsed == []


def test_a_poisoned_pickle_is_never_opened(bundle: Path, tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel"
    poison = f"cpathlib\nPath\n(S'{sentinel}'\ntR.".encode() + b"touch"
    for name in ("preprocessor.joblib", "model.joblib"):
        (bundle / name).write_bytes(poison)
    bundles.update_manifest(bundle)
    Predictor(verify(bundle))  # validly hashed, so accepted; and never loaded
    source = "".join(file.read_text() for file in (ROOT / "app").rglob("*.py"))
    assert not re.search(r"^\s*(import|from) (pickle|joblib|dill|cloudpickle|skops)", source, re.M)
    assert not sentinel.exists()


def test_a_file_swapped_after_its_check_changes_nothing(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes that are used are those that were hashed; a file is opened once."""
    opened: list[str] = []
    real_open = os.open

    def spy(path: Any, *args: Any, **kwargs: Any) -> int:
        opened.append(os.fspath(path))
        return real_open(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", spy)
    verify(bundle)
    assert sorted(opened) == sorted([str(bundle), *FILES])
