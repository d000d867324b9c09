"""What the engine knows of a stack's containers and images, as figures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from harness.stack.diagnosis import Container, containers, service_of
from harness.stack.docker_cli import docker, lines
from harness.stack.leftovers import PREFIX
from harness.stack.measure import ServiceFigures, StackFigures

NEVER = "0001-01-01T"
UNITS = {"B": 1, "kB": 10**3, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
OURS = ("com.docker.compose.", PREFIX)


def services_of(project: str) -> list[ServiceFigures]:
    """All services of a stack, but for the memory, which is asked for at the end."""
    there = containers(project)
    ids = sorted({container["Image"] for container in there})
    images: dict[str, dict[str, Any]] = {}
    if ids:
        found = json.loads(docker("image", "inspect", *ids, check=False) or "[]")
        images = {image["Id"]: image for image in found}
    services = [_figures(container, images.get(container["Image"], {})) for container in there]
    return sorted(services, key=lambda service: service.healthy_at or float("inf"))


def with_memory(stacks: Sequence[StackFigures]) -> list[StackFigures]:
    """``stacks`` with what each service has in use now.

    All in one question, which takes two seconds: the engine looks twice.
    """
    there = [(stack.name, container) for stack in stacks for container in containers(stack.name)]
    ids = {
        (name, service_of(container)): container["Id"]
        for name, container in there
        if _runs(container)
    }
    used = _memory(sorted(ids.values()))

    def measured(stack: str, service: ServiceFigures) -> ServiceFigures:
        return replace(service, memory_bytes=used.get(ids.get((stack, service.service), "")))

    return [
        replace(stack, services=[measured(stack.name, service) for service in stack.services])
        for stack in stacks
    ]


def _runs(container: Container) -> bool:
    running: bool = container["State"]["Running"]
    return running


def _memory(ids: Sequence[str]) -> dict[str, int]:
    if not ids:
        return {}
    shown = "{{.ID}}\t{{.MemUsage}}"
    # One may end meanwhile: then its line is missing.
    said = docker("stats", "--no-stream", "--no-trunc", "--format", shown, *ids, check=False)
    return {id_: in_bytes(used) for id_, used in (line.split("\t") for line in lines(said))}


def in_bytes(shown: str) -> int:
    """``53.84MiB / 1GiB`` -> 56455332, which is what is used."""
    found = re.match(r"([\d.]+)(\w+)", shown)
    return round(float(found[1]) * UNITS[found[2]]) if found else 0


def epoch(time: str) -> float:
    """The engine's way to write a time, as seconds since the epoch."""
    return datetime.fromisoformat(time).timestamp()


def healthy_at(container: Container) -> float | None:
    """When a probe first succeeded since the start, of the five that the engine remembers."""
    state = container["State"]
    probes = (state.get("Health") or {}).get("Log") or []
    good = [epoch(probe["End"]) for probe in probes if probe["ExitCode"] == 0]
    return min((end for end in good if end > epoch(state["StartedAt"])), default=None)


def _figures(container: Container, image: Mapping[str, Any]) -> ServiceFigures:
    started = container["State"]["StartedAt"]
    labels: Mapping[str, str] = image.get("Config", {}).get("Labels") or {}
    return ServiceFigures(
        service=service_of(container),
        started_at=None if started.startswith(NEVER) else epoch(started),
        healthy_at=healthy_at(container),
        restarts=container["RestartCount"],
        memory_bytes=None,
        memory_limit_bytes=container["HostConfig"]["Memory"],
        image_id=container["Image"],
        image_tags=image.get("RepoTags") or [],
        image_bytes=image.get("Size", 0),
        image_created=image.get("Created", ""),
        image_labels={key: text for key, text in labels.items() if not key.startswith(OURS)},
    )
