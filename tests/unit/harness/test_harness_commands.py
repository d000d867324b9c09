"""The commands that the harness gives: to which project they go, and how they end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.stack.compose import ProjectCompose
from harness.stack.docker_cli import environment, run


def test_every_compose_command_names_the_project(tmp_path: Path) -> None:
    compose = ProjectCompose("mine", tmp_path, [tmp_path / "a.yml", tmp_path / "b.json"], {})

    command = compose.compose_command_property

    assert command[1:4] == ["compose", "--project-name", "mine"]
    assert command[4:] == ["-f", f"{tmp_path}/a.yml", "-f", f"{tmp_path}/b.json"]


def test_a_project_that_the_shell_names_does_not_reach_compose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "house-price")
    monkeypatch.setenv("COMPOSE_FILE", "another.yml")
    monkeypatch.setenv("COMPOSE_PROFILES", "debug")
    monkeypatch.setenv("API_PORT", "8000")

    found = environment({"API_PORT": "20001"})

    assert {"COMPOSE_PROJECT_NAME", "COMPOSE_FILE"}.isdisjoint(found)
    assert found["COMPOSE_PROFILES"] == "debug", "it decides what `docker compose up` starts"
    assert found["API_PORT"] == "20001"


def test_a_command_that_takes_too_long_is_ended_and_says_what_it_printed() -> None:
    begun = time.monotonic()
    run(["sh", "-c", "echo so far"])
    seconds = round(1 + 20 * (time.monotonic() - begun))  # as much as it needs to print, on any day

    with pytest.raises(HarnessError, match=rf"not done within {seconds} s\nso far"):
        run(["sh", "-c", "echo so far; exec sleep 300"], seconds=seconds)


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(HarnessError, match="exit 3\nno such thing"):
        run(["python3", "-c", "import sys; print('no such thing', file=sys.stderr); sys.exit(3)"])
