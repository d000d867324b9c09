"""The harness itself, with real containers: what it leaves behind, which is nothing, and what it
never touches. Each test runs a pytest of its own on a small project of one service."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
import requests

from harness.ports import free_ports
from tests.harness.clone import Clone, docker, python, things_of

pytestmark = pytest.mark.containers


PASSES = "def test_up(stack): assert stack.plan.name"
WAITS = """
import pathlib, time
def test_up(stack):
    pathlib.Path("up").write_text(stack.plan.name)
    while not pathlib.Path("go").exists():
        time.sleep(0.05)
"""


def parts_of_a_person(project: str) -> list[str]:
    """The ids of all that belongs to a compose project, and since when its container runs."""
    of_project = ("--filter", f"label=com.docker.compose.project={project}")
    [container] = docker("ps", "--quiet", *of_project)
    return [
        *docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}} {{.Image}}", container),
        *docker("network", "ls", "--no-trunc", "--quiet", *of_project),
        *docker("volume", "ls", "--quiet", *of_project),
        *docker("image", "ls", "--no-trunc", "--quiet", f"{project}-web"),
    ]


def test_a_run_leaves_its_logs_and_nothing_else(clone: Clone) -> None:
    code, printed = clone.run(PASSES)

    assert code == 0, printed
    assert "GET / HTTP" in clone.logs()
    assert things_of(clone.prefix) == {}


def test_a_running_stack_is_labelled_in_all_its_parts(clone: Clone) -> None:
    running = clone.start(WAITS)
    name = clone.name_when_up(running)

    parts = things_of(name)
    (clone.folder / "go").touch()

    assert running.wait(60) == 0
    assert set(parts) == {"container", "network", "volume", "image"}


def test_what_a_killed_run_left_is_removed_by_the_next(clone: Clone) -> None:
    running = clone.start(WAITS)
    name = clone.name_when_up(running)
    running.kill()
    running.wait()
    assert set(things_of(name)) == {"container", "network", "volume", "image"}
    [labels] = Path(tempfile.gettempdir()).glob(f"house-price-harness-*/{name}.labels.json")

    code, printed = clone.run(PASSES)

    assert code == 0, printed
    assert things_of(name) == {}
    assert not labels.parent.exists()


def test_an_interrupted_run_leaves_nothing(clone: Clone) -> None:
    running = clone.start(WAITS)
    name = clone.name_when_up(running)

    running.send_signal(signal.SIGINT)

    assert running.wait(60) == pytest.ExitCode.INTERRUPTED
    assert things_of(name) == {}


def test_a_run_beside_another_touches_none_of_its_parts(clone: Clone) -> None:
    running = clone.start(WAITS)
    name = clone.name_when_up(running)
    before = things_of(name)

    code, printed = clone.run(PASSES)

    assert code == 0, printed
    assert things_of(name) == before
    (clone.folder / "go").touch()
    assert running.wait(60) == 0


def test_a_stack_that_a_person_runs_from_the_same_folder_stays_as_it_is(clone: Clone) -> None:
    theirs = f"{clone.prefix}-dev"
    [port] = free_ports(1)

    def compose(*words: str) -> None:
        environment = {**os.environ, "API_PORT": str(port)}
        command = ["docker", "compose", "-p", theirs, *words]
        subprocess.run(command, cwd=clone.folder, env=environment, check=True)

    compose("up", "--detach", "--wait")
    try:
        before = parts_of_a_person(theirs)

        code, printed = clone.run(PASSES)

        assert code == 0, printed
        assert parts_of_a_person(theirs) == before
        assert len(before) == 4
        assert requests.get(f"http://127.0.0.1:{port}", timeout=5).status_code == 200
    finally:
        compose("down", "--volumes", "--rmi", "local")


def test_a_service_that_ends_is_named_and_its_last_words_are_kept(tmp_path: Path) -> None:
    words = 'print("no model"); raise SystemExit(3)'
    clone = Clone(tmp_path / "clone")
    clone.compose(command=python(words), restart="no")

    code, printed = clone.run(PASSES)

    assert code == 1
    assert "the stack did not come up: web is exited with exit code 3" in printed
    assert "no model" in printed
    assert "no model" in clone.logs()
    assert things_of(clone.prefix) == {}
