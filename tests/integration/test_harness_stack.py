"""The harness itself, with real containers: what it leaves behind, which is nothing, and what it
never touches. Each test runs a pytest of its own on a small project of one service."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness.leftovers import STACK
from harness.ports import free_ports
from harness.wait import wait_until

pytestmark = pytest.mark.containers

LABELLED = f'{{{{.Label "{STACK}"}}}} {{{{.ID}}}}'
ROOT = Path(__file__).resolve().parents[2]

DOCKERFILE = """
FROM python:3.13-slim
CMD ["python", "-m", "http.server", "8000", "--directory", "/data"]
"""

COMPOSE = """
services:
  web:
    build: .
    pull_policy: build
    init: true
    stop_grace_period: 1s
    command: {command}
    ports: ["127.0.0.1:${{API_PORT:?}}:8000"]
    volumes: ["data:/data"]
    healthcheck:
      test: [CMD, python, -c, "import urllib.request as r; r.urlopen('http://127.0.0.1:8000')"]
      interval: 5s
      start_period: 30s
      start_interval: 200ms
volumes:
  data:
"""

# One service stands for all three of the stack.
CONFTEST = """
import pytest
from harness.layout import Layout, Service

pytest_plugins = ["harness.plugin"]

@pytest.fixture(scope="session")
def layout(pytestconfig):
    web = Service("web", "API_PORT", "/")
    root = pytestconfig.rootpath
    return Layout(root, prefix="{prefix}", api=web, ui=web, mlflow=web, needs={{}})
"""

PASSES = "def test_up(stack): assert stack.plan.name"
WAITS = """
import pathlib, time
def test_up(stack):
    pathlib.Path("up").write_text(stack.plan.name)
    while not pathlib.Path("go").exists():
        time.sleep(0.05)
"""


class Clone:
    """A small project, in which a pytest with the harness can be run."""

    def __init__(self, folder: Path, command: str = "null") -> None:
        self.folder = folder
        self.output = folder / "output"
        self.prefix = f"harness-self-{secrets.token_hex(3)}"
        folder.mkdir()
        (folder / "Dockerfile").write_text(DOCKERFILE)
        (folder / "docker-compose.yml").write_text(COMPOSE.format(command=command))
        (folder / "conftest.py").write_text(CONFTEST.format(prefix=self.prefix))
        (folder / "pytest.ini").write_text(
            f"[pytest]\naddopts = -p no:schemathesis -p no:cacheprovider\npythonpath = {ROOT}\n"
        )

    def start(self, tests: str) -> subprocess.Popen[bytes]:
        """A pytest that runs in the background; what it prints goes to ``output``."""
        (self.folder / "test_it.py").write_text(tests)
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "pytest"], cwd=self.folder, stdout=output, stderr=output
            )

    def run(self, tests: str) -> tuple[int, str]:
        """Exit code and output of a pytest."""
        code = self.start(tests).wait(100)
        return code, self.output.read_text()

    def name_when_up(self, running: subprocess.Popen[bytes]) -> str:
        """The stack of a run of ``WAITS``, once its test has begun."""
        up = self.folder / "up"

        def problem() -> str | None:
            assert running.poll() is None, self.output.read_text()
            return None if up.exists() and up.read_text() else "the test has not begun"

        wait_until(problem, what="the stack is up", seconds=60, hint="see the inner run's output")
        return up.read_text()

    def logs(self) -> str:
        logs = self.folder / "test-results" / "logs"
        return "\n".join(file.read_text() for file in sorted(logs.rglob("*.log")))


def docker(*words: str) -> list[str]:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def things_of(stack: str) -> dict[str, list[str]]:
    """Kind -> ids of all that is labelled as a part of a stack whose name begins with ``stack``."""
    found = {
        "container": docker("ps", "--all", "--no-trunc", "--format", LABELLED),
        "network": docker("network", "ls", "--no-trunc", "--format", LABELLED),
        "volume": docker("volume", "ls", "--format", LABELLED.replace(".ID", ".Name")),
        # The list of images knows no labels; they are named after the project.
        "image": docker("image", "ls", "--no-trunc", "--format", "{{.Repository}} {{.ID}}"),
    }
    mine = {kind: [each for each in all_ if each.startswith(stack)] for kind, all_ in found.items()}
    return {kind: each for kind, each in mine.items() if each}


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


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    clone = Clone(tmp_path / "clone")
    yield clone
    assert things_of(clone.prefix) == {}


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
    clone = Clone(tmp_path / "clone", command=json.dumps(["python", "-c", words]))

    code, printed = clone.run(PASSES)

    assert code == 1
    assert "the stack did not come up: web is exited with exit code 3" in printed
    assert "no model" in printed
    assert "no model" in clone.logs()
    assert things_of(clone.prefix) == {}
