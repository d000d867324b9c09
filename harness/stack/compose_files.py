"""Which files ``docker compose up`` would take in a folder, and the services that they describe.

A stack under test is booted from the same files: ``COMPOSE_FILE``, ``.env`` and an override file
count for a test as they do for a person.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.stack.docker_cli import environment, run
from harness.stack.ports import free_ports

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = tuple(
    f"{name}.override.{ending}"
    for name in ("compose", "docker-compose")
    for ending in ("yml", "yaml")
)
"""Compose takes the first of each that is there, in this order."""
# A host port that is all one variable: "127.0.0.1:${API_PORT:-8000}:8000".
_VARIABLE = re.compile(r"(?:^|:)\$\{?(\w+)(?:[:?+-][^}]*)?\}?:[^:]+$")
_WHOLE = re.compile(r"\$\{?(\w+)(?:[:?+-][^}]*)?\}?")


@dataclass(frozen=True)
class Port:
    """A port of a container that is published on this machine.

    Attributes:
        target: in the container.
        published: on this machine.
        host: address of this machine that it is published on; empty for all.
        protocol: ``tcp`` or ``udp``.
    """

    target: int
    published: int
    host: str = ""
    protocol: str = "tcp"


@dataclass(frozen=True)
class ComposeFiles:
    """What there is to boot, with a free host port for every port that is published.

    Attributes:
        files: relative to the folder, in the order in which compose reads them.
        services: service -> its published ports.
        variables: environment that gives the variables of host ports the values in ``services``.
    """

    files: tuple[str, ...]
    services: Mapping[str, tuple[Port, ...]]
    variables: Mapping[str, str]


def files_in(root: Path) -> tuple[str, ...]:
    """What compose reads in ``root`` when it is given no file. Raises HarnessError: nothing."""
    settings = {**_env_file(root / ".env"), **os.environ}
    if named := settings.get("COMPOSE_FILE"):
        separator = settings.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
        return tuple(named.split(separator))
    first = next((name for name in NAMES if (root / name).is_file()), None)
    if first is None:
        raise HarnessError(
            f"{root}: there is no compose file ({', '.join(NAMES)}). "
            "Fix: run the tests in the project's folder, or override the fixture `layout`."
        )
    override = next((name for name in OVERRIDES if (root / name).is_file()), None)
    return (first, override) if override else (first,)


def read(root: Path) -> ComposeFiles:
    """Reads the compose files of ``root`` and finds free ports.

    Raises:
        HarnessError: compose cannot read them, or reads others than :func:`files_in` names.
    """
    files = files_in(root)
    options = [word for file in files for word in ("--file", file)]
    raw = _config(root, options, {}, "--no-interpolate")
    names = sorted({name for service in raw["services"].values() for name in _variables(service)})
    values = map(str, free_ports(len(names)))
    variables = dict(zip(names, values, strict=True))
    with ThreadPoolExecutor() as pool:
        ours = pool.submit(_config, root, options, variables)
        # COMPOSE_FILE stays in this one's environment.
        theirs = pool.submit(
            _config, root, (), {**variables, **_given("COMPOSE_FILE", "COMPOSE_PATH_SEPARATOR")}
        )
    config = ours.result()
    if config != theirs.result():
        raise HarnessError(
            f"docker compose reads other files in {root} than {', '.join(files)}. "
            "Fix: name the files in COMPOSE_FILE, separated by colons."
        )
    return ComposeFiles(files, _with_free_ports(config, set(variables.values())), variables)


def _with_free_ports(config: Mapping[str, Any], chosen: set[str]) -> dict[str, tuple[Port, ...]]:
    """The ports of each service; those that were not ``chosen`` for it become free ones."""
    entries = {
        name: [entry for entry in service.get("ports") or [] if entry.get("mode") != "host"]
        for name, service in config["services"].items()
    }
    fixed = [e for found in entries.values() for e in found if e.get("published") not in chosen]
    spare = iter(free_ports(len(fixed)))
    return {
        name: tuple(
            Port(
                target=int(entry["target"]),
                published=int(entry["published"])
                if entry.get("published") in chosen
                else next(spare),
                host=entry.get("host_ip", ""),
                protocol=entry.get("protocol", "tcp"),
            )
            for entry in found
        )
        for name, found in entries.items()
    }


def _variables(service: Mapping[str, Any]) -> list[str]:
    """The variables from which the host ports of a service come."""
    found = []
    for entry in service.get("ports") or []:
        if isinstance(entry, str):
            match = _VARIABLE.search(entry)
        else:
            match = _WHOLE.fullmatch(str(entry.get("published", "")))
        if match:
            found.append(match[1])
    return found


def _config(
    root: Path, files: Sequence[str], variables: Mapping[str, str], *options: str
) -> dict[str, Any]:
    command = ["docker", "compose", *files, "config", "--format", "json", *options]
    asked = run(command, cwd=root, env=environment(variables))
    config: dict[str, Any] = json.loads(asked.stdout)
    return config


def _given(*names: str) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


def _env_file(file: Path) -> dict[str, str]:
    """The settings in a ``.env``, where they are plain; :func:`read` notices if they are not."""
    if not file.is_file():
        return {}
    lines = (line.strip().removeprefix("export ") for line in file.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
