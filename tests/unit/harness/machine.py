"""A project with a compose file, and a ``docker`` that only pretends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# Writes down what it is asked. Knows no containers, so every stack is well as soon as it is up; the
# files beside it say what fails.
DOCKER = f"""#!{sys.executable} -IS
import json, pathlib, sys
folder, words = pathlib.Path(__file__).parent, sys.argv[1:]
with (folder / "asked").open("a") as asked:
    asked.write(json.dumps(words) + "\\n")
if (folder / "silent").exists():
    sys.exit("Cannot connect to the Docker daemon at unix:///var/run/docker.sock")
if words[:2] == ["compose", "version"]:
    print((folder / "compose-version").read_text())
elif words[0] == "version":
    print("26.1.5")
elif "config" in words:
    ports = [{{"target": 80, "published": "8080", "protocol": "tcp"}}]
    services = {{"web": {{"build": ".", "ports": ports}}, "store": {{"image": "store:1"}}}}
    print(json.dumps({{"services": services, "volumes": {{"data": None}}}}))
elif "build" in words and (folder / "breaks").exists():
    sys.exit("failed to solve: the recipe is wrong")
"""

USES_THE_STACK = """
    import os
    import pytest

    @pytest.mark.parametrize("number", range(4))
    def test_uses_the_stack(stack, number):
        print(f"ADDRESS {stack.url('web')}")
"""


class Machine:
    """A project with a compose file, and a ``docker`` that pretends."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pytester = pytester
        self.commands = pytester.path / "commands"
        self.commands.mkdir()
        docker = self.commands / "docker"
        docker.write_text(DOCKER)
        docker.chmod(0o755)
        (self.commands / "compose-version").write_text("2.26.1-4")
        pytester.makefile(".yml", **{"docker-compose": "services: {}"})
        # All plugins that are installed take most of the time that pytest needs to start.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        pytester.makeini("[pytest]\naddopts = --strict-markers -p xdist")
        self.conftest = """
        pytest_plugins = ["harness.plugin"]
"""
        monkeypatch.setenv("PATH", str(self.commands))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(
        self, *options: str, tests: str = USES_THE_STACK, alone: bool = False
    ) -> pytest.RunResult:
        """A run of pytest, in this process or in one of its own."""
        self._pytester.makeconftest(self.conftest)
        self._pytester.makepyfile(tests)
        start = self._pytester.runpytest_subprocess if alone else self._pytester.runpytest
        return start(*options)

    def asked(self, *words: str) -> list[list[str]]:
        """What docker was asked, of that what contains all of ``words``."""
        file = self.commands / "asked"
        asked = (
            [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        )
        return [question for question in asked if set(words) <= set(question)]
