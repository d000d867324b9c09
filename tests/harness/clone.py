"""A small project of one service, on which the harness can be tried with real containers."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness.stack.layout import Layout
from harness.stack.leftovers import STACK
from harness.stack.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
END_TIMEOUT_S = 600.0
"""For a pytest of its own to end, its boot included. It only ends a hang."""
LABELLED = f'{{{{.Label "{STACK}"}}}} {{{{.ID}}}}'

# Two thirds of the time that pytest needs to start.
WITHOUT = "-p no:schemathesis -p no:hypothesispytest -p no:playwright -p no:anyio -p no:xdist"

DOCKERFILE = """
FROM python:3.13-slim
CMD ["python", "-m", "http.server", "8000", "--directory", "/data"]
"""

PROBE = "import urllib.request as r; r.urlopen('http://127.0.0.1:8000', timeout=2)"
WEB: dict[str, Any] = {
    "build": ".",
    "pull_policy": "build",
    "init": True,
    "restart": "unless-stopped",
    "stop_grace_period": "1s",
    "ports": ["127.0.0.1:${API_PORT:?}:8000"],
    "volumes": ["data:/data"],
    "healthcheck": {
        "test": ["CMD", "python", "-c", PROBE],
        "interval": "5s",
        "start_period": "180s",
        "start_interval": "200ms",
    },
}

CONFTEST = """
import pytest
from tests.harness.clone import layout_of

pytest_plugins = ["harness.plugin"]

@pytest.fixture(scope="session")
def layout(pytestconfig):
    return layout_of(pytestconfig.rootpath, prefix="{prefix}")
"""


def layout_of(folder: Path, prefix: str) -> Layout:
    return Layout(folder, prefix=prefix, probes={"web": "/"})


def python(code: str) -> list[str]:
    """A container's command."""
    return ["python", "-c", code]


class Clone:
    """A folder with a compose file, in which a pytest with the harness can be run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "output"
        self.prefix = f"harness-self-{secrets.token_hex(3)}"
        self._begun: list[subprocess.Popen[bytes]] = []
        folder.mkdir()
        (folder / "Dockerfile").write_text(DOCKERFILE)
        self.compose()
        (folder / "conftest.py").write_text(CONFTEST.format(prefix=self.prefix))
        (folder / "pytest.ini").write_text(
            f"[pytest]\naddopts = -p no:cacheprovider {WITHOUT}\npythonpath = {ROOT}\n"
        )

    @property
    def layout(self) -> Layout:
        return layout_of(self.folder, self.prefix)

    def compose(
        self,
        others: dict[str, Any] | None = None,
        beside: dict[str, Any] | None = None,
        **web: Any,
    ) -> None:
        """Writes the compose file: ``web`` is what its service has beyond or instead of ``WEB``,
        ``others`` are other services, ``beside`` is what stands beside the services."""
        services = {"web": {**WEB, **web}, **(others or {})}
        content = {"services": services, "volumes": {"data": None}, **(beside or {})}
        (self.folder / "docker-compose.yml").write_text(json.dumps(content))

    def start(self, tests: str, *options: str) -> subprocess.Popen[bytes]:
        """A pytest that runs in the background; what it prints goes to ``output``."""
        (self.folder / "test_it.py").write_text(tests)
        command = [sys.executable, "-m", "pytest", *options]
        with self.output.open("wb") as output:
            begun = subprocess.Popen(command, cwd=self.folder, stdout=output, stderr=output)
        self._begun.append(begun)
        return begun

    def end(self) -> None:
        """Ends what still runs, as after a test that failed in the middle."""
        for process in self._begun:
            process.kill()
            process.wait()

    def run(self, tests: str, *options: str) -> tuple[int, str]:
        """Exit code and output of a pytest."""
        code = self.start(tests, *options).wait(END_TIMEOUT_S)
        return code, self.output.read_text()

    def name_when_up(self, running: subprocess.Popen[bytes]) -> str:
        """The stack of a run whose test writes its name to the file ``up``, once it has."""
        up = self.folder / "up"

        def problem() -> str | None:
            assert running.poll() is None, self.output.read_text()
            return None if up.exists() and up.read_text() else "the test has not begun"

        wait_until(
            problem,
            what="the stack is up",
            seconds=END_TIMEOUT_S,
            hint="see the inner run's output",
        )
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
    mine = {
        kind: [thing for thing in all_ if thing.startswith(stack)] for kind, all_ in found.items()
    }
    return {kind: things for kind, things in mine.items() if things}
