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

from harness.stack.ports import free_ports
from harness.wire import HANG_TIMEOUT_S
from tests.harness.clone import END_TIMEOUT_S, Clone, docker, things_of

pytestmark = pytest.mark.containers


PASSES = "def test_up(stack): assert stack.plan.name"
WAITS = """
import pathlib
from harness.stack.wait import wait_until
def test_up(stack):
    pathlib.Path("up").write_text(stack.plan.name)
    def problem():
        return None if pathlib.Path("go").exists() else "nothing was said"
    wait_until(problem, what="the outer test says go", seconds=600, hint="did it end before?")
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


def test_what_a_killed_run_left_is_removed_by_the_next(clone: Clone) -> None:
    running = clone.start(WAITS)
    name = clone.name_when_up(running)
    running.kill()
    running.wait()
    assert set(things_of(name)) == {"container", "network", "volume", "image"}
    [override] = Path(tempfile.gettempdir()).glob(f"compose-harness-*/{name}.override.yml")

    code, printed = clone.run(PASSES)

    assert code == 0, printed
    assert things_of(name) == {}
    assert not override.parent.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda sign: sign.name)
def test_an_interrupted_run_leaves_nothing(clone: Clone, how: signal.Signals) -> None:
    running = clone.start(WAITS)
    name = clone.name_when_up(running)

    running.send_signal(how)

    assert running.wait(END_TIMEOUT_S) == pytest.ExitCode.INTERRUPTED
    assert things_of(name) == {}


def test_two_runs_at_once_do_not_meet_and_leave_their_logs_and_nothing_else(clone: Clone) -> None:
    running = clone.start(WAITS)
    name = clone.name_when_up(running)
    before = things_of(name)
    assert set(before) == {"container", "network", "volume", "image"}

    code, printed = clone.run(PASSES)

    assert code == 0, printed
    assert things_of(name) == before
    (clone.folder / "go").touch()
    assert running.wait(END_TIMEOUT_S) == 0
    assert "GET / HTTP" in clone.logs()
    assert things_of(clone.prefix) == {}


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
        assert requests.get(f"http://127.0.0.1:{port}", timeout=HANG_TIMEOUT_S).status_code == 200
    finally:
        compose("down", "--volumes", "--rmi", "local")
