"""testcontainers' ``DockerCompose`` under a project name of its own.

Imported only where a stack is booted or looked into: testcontainers takes a while to import.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from testcontainers.compose import DockerCompose

from harness.stack import leftovers
from harness.stack.compose_files import Port
from harness.stack.docker_cli import COMMAND_TIMEOUT_S, OnStart, environment, run
from harness.stack.plan import Plan

BOOT_TIMEOUT_S = 1800.0
"""To build the images, or to start. It only ends a hang: without a build cache a busy machine takes
minutes."""


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
        files = [*(Path(name) for name in self.compose_file_name or ()), file]
        return ProjectCompose(self.project, Path(self.context), files, self._variables)

    @cached_property
    def compose_command_property(self) -> list[str]:
        docker, compose, *rest = super().compose_command_property
        return [docker, compose, "--project-name", self.project, *rest]

    def ask(
        self,
        *arguments: str,
        seconds: float = COMMAND_TIMEOUT_S,
        check: bool = True,
        on_start: OnStart | None = None,
    ) -> Completed:
        """Runs ``docker compose ARGUMENTS`` for this project; the rest is as in :func:`run`."""
        return run(
            [*self.compose_command_property, *arguments],
            seconds=seconds,
            cwd=Path(self.context),
            env=self._environment,
            check=check,
            on_start=on_start,
        )

    def config(self) -> dict[str, Any]:
        """The compose file as compose understands it."""
        config: dict[str, Any] = json.loads(self.ask("config", "--format", "json").stdout)
        return config

    def make_images(self) -> None:
        self.ask("build", seconds=BOOT_TIMEOUT_S)

    def bring_up(self, on_start: OnStart | None = None) -> None:
        """Starts all services and waits until they are healthy. Builds nothing.

        Not ``start()``: nothing can end it, and it builds, which is timed apart from starting.
        """
        self.ask("up", "--no-build", "--wait", seconds=BOOT_TIMEOUT_S, on_start=on_start)

    def _run_command(
        self, cmd: str | list[str], context: str | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        # What stop() goes through. The original has neither environment nor time limit.
        command = [cmd] if isinstance(cmd, str) else cmd
        done = run(
            command,
            seconds=BOOT_TIMEOUT_S,
            cwd=Path(context or self.context),
            env=self._environment,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.encode(), done.stderr.encode()
        )


Completed = subprocess.CompletedProcess[str]


def override_for(config: Mapping[str, Any], plan: Plan) -> str:
    """A compose file that makes the project of ``config`` a stack of its own.

    It labels all that compose makes, images too; gives every published port its free host port; and
    gives networks and volumes names that no other stack has, also where the project fixes them:
    what a person keeps in a volume is not for a test to use, let alone to delete.
    """
    labels = leftovers.labels(plan.name, plan.owner)

    def own(section: str) -> dict[str, Any]:
        members: Mapping[str, Any] = config.get(section) or {}
        return {
            name: {"labels": dict(labels), "name": f"{plan.name}_{name}"}
            for name, member in members.items()
            if not (member or {}).get("external")
        }

    services: dict[str, Any] = {}
    for name, service in config["services"].items():
        services[name] = {"labels": dict(labels)}
        if "build" in service:
            services[name]["build"] = {"labels": dict(labels)}
        if ports := plan.source.services[name]:
            services[name]["ports"] = _OVERRIDE + json.dumps([_entry(port) for port in ports])
    content = {"services": services, "networks": own("networks"), "volumes": own("volumes")}
    # JSON is YAML, but for the tag by which compose exchanges a list instead of adding to it.
    return re.sub(rf'"{_OVERRIDE}((?:[^"\\]|\\.)*)"', _tagged, json.dumps(content, indent=1))


_OVERRIDE = "!override "


def _tagged(found: re.Match[str]) -> str:
    ports: str = json.loads(f'"{found[1]}"')
    return _OVERRIDE + ports


def _entry(port: Port) -> dict[str, Any]:
    entry = {"target": port.target, "published": str(port.published), "protocol": port.protocol}
    return {**entry, "host_ip": port.host} if port.host else entry
