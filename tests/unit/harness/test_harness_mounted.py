"""What a kept stack was given to read, told without reading what has no end or nobody may read."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from harness.stack import mounted
from harness.stack.mounted import mounted_into


def told(tmp_path: Path, *, read_only: bool = True, source: str = "") -> dict[str, str]:
    mount = {"type": "bind", "source": source or str(tmp_path / "lent"), "read_only": read_only}
    return mounted_into({"volumes": [mount]}, {}, tmp_path)


@pytest.fixture
def lent(tmp_path: Path) -> Path:
    folder = tmp_path / "lent"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "page.conf").write_text("colour: red")
    return folder


def test_a_file_that_changes_in_a_folder_is_seen(tmp_path: Path, lent: Path) -> None:
    before = told(tmp_path)

    (lent / "inner" / "page.conf").write_text("colour: blue")

    assert told(tmp_path) != before


@pytest.mark.parametrize("name", ["test-results/log", ".venv/python", "inner/__pycache__/a.pyc"])
def test_what_tools_leave_in_a_folder_does_not_count(tmp_path: Path, lent: Path, name: str) -> None:
    before = told(tmp_path)

    (lent / name).parent.mkdir()
    (lent / name).write_text("new")

    assert told(tmp_path) == before != {}


def test_a_folder_that_the_service_writes_to_does_not_count(tmp_path: Path, lent: Path) -> None:
    assert told(tmp_path, read_only=False) == {}


def test_nothing_is_read_that_has_no_end(tmp_path: Path, lent: Path) -> None:
    os.mkfifo(lent / "pipe")
    (lent / "loop").symlink_to(lent)
    (lent / "broken").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert told(tmp_path, source=str(tmp_path / "socket"))
    assert told(tmp_path)
    for source in ("/proc", "/sys", "/dev/zero", "/run"):
        assert told(tmp_path, source=source) == {}


def test_a_folder_that_only_begins_like_one_of_the_system_counts(
    tmp_path: Path, lent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounted, "MADE_BY_OTHERS", (str(tmp_path / "len"),))  # as /run and /runner

    assert told(tmp_path) != {}


def test_what_is_gone_or_closed_is_no_error(
    tmp_path: Path, lent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refused)  # root may read everything
    [before] = told(tmp_path, source=str(lent / "inner" / "page.conf")).values()
    (lent / "inner" / "page.conf").write_text("colour: light blue")
    [after] = told(tmp_path, source=str(lent / "inner" / "page.conf")).values()
    assert after != before

    shutil.rmtree(lent)
    assert list(told(tmp_path).values()) == ["no file"]


def test_a_secret_of_the_environment_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service: dict[str, Any] = {"secrets": [{"source": "token"}]}
    config: dict[str, Any] = {"secrets": {"token": {"environment": "TOKEN"}}}
    found = []
    for value in ("one", "two"):
        monkeypatch.setenv("TOKEN", value)
        found.append(mounted_into(service, config, tmp_path))

    assert found[0] != found[1]
    assert "one" not in str(found[0])
    assert mounted_into(service, {"secrets": {"token": None}}, tmp_path) == {}
