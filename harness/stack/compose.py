"""testcontainers' ``DockerCompose`` under a project name of its own.

Imported only where a stack is booted or looked into: testcontainers takes a while to import.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from testcontainers.compose import DockerCompose

from harness.stack.docker_cli import ENOUGH, Begun, environment, run

BOOT = 480.0
"""Seconds for building the images and starting; without a build cache it needs most of this."""


class ProjectCompose(DockerCompose):
    """Compose with what ``DockerCompose`` lacks: project name, environment and time limits.

    Without a name it takes that of the folder, and its ``stop`` then deletes the volumes of the
    stack that a person runs there.
    """

    def __init__(
        self, project: str, root: Path, files: Sequence[Path], variables: Mapping[str, str]
    ) -> None:
        super().__init__(context=root, compose_file_name=[str(file) for file in files])
        self.project = project
        self._variables = variables
        self._environment = environment(variables)

    def with_file(self, file: Path) -> ProjectCompose:
        """The same project with one compose file more."""
        files = [*(Path(each) for each in self.compose_file_name or ()), file]
        return ProjectCompose(self.project, Path(self.context), files, self._variables)

    @cached_property
    def compose_command_property(self) -> list[str]:
        docker, compose, *rest = super().compose_command_property
        return [docker, compose, "--project-name", self.project, *rest]

    def ask(
        self,
        *arguments: str,
        seconds: float = ENOUGH,
        check: bool = True,
        begun: Begun | None = None,
    ) -> Completed:
        """Runs ``docker compose ARGUMENTS`` for this project; the rest is as in :func:`run`."""
        return run(
            [*self.compose_command_property, *arguments],
            seconds=seconds,
            cwd=Path(self.context),
            env=self._environment,
            check=check,
            begun=begun,
        )

    def config(self) -> dict[str, Any]:
        """The compose file as compose understands it."""
        config: dict[str, Any] = json.loads(self.ask("config", "--format", "json").stdout)
        return config

    def make_images(self) -> None:
        self.ask("build", seconds=BOOT)

    def bring_up(self, begun: Begun | None = None) -> None:
        """Starts all services and waits until they are healthy. Builds nothing.

        Not ``start()``, which nothing can end and which builds: what takes how long is measured.
        """
        self.ask("up", "--no-build", "--wait", seconds=BOOT, begun=begun)

    def _run_command(
        self, cmd: str | list[str], context: str | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        # What stop() goes through. The original has neither environment nor time limit.
        command = [cmd] if isinstance(cmd, str) else cmd
        done = run(command, seconds=BOOT, cwd=Path(context or self.context), env=self._environment)
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.encode(), done.stderr.encode()
        )


Completed = subprocess.CompletedProcess[str]


def label_everything(config: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """A compose override that labels all that compose makes for ``config``: also the images."""

    def labelled(section: str) -> dict[str, Any]:
        members: Mapping[str, Any] = config.get(section) or {}
        return {
            name: {"labels": dict(labels)}
            for name, member in members.items()
            if not (member or {}).get("external")
        }

    services = labelled("services")
    for name, service in config["services"].items():
        if "build" in service:
            services[name]["build"] = {"labels": dict(labels)}
    return {
        "services": services,
        "networks": labelled("networks"),
        "volumes": labelled("volumes"),
    }
