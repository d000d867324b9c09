"""What a verdict is about: images, commit, machine. Asked while the stacks still run."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.stack.docker_cli import docker, run
from harness.stack.measure import StackFigures
from harness.stack.plan import Plan
from harness.stack.running import ComposeStack, Stack
from harness.verdict.hooks import FACTS

STAND_IN = "stand-in"
"""Part of the label by which an image says what it stands in for."""


def what_is_tested(
    config: pytest.Config, remote: Stack | None, plans: Sequence[Plan]
) -> dict[str, Any]:
    """All that can be had of it; what cannot is left out, or says why.

    Args:
        config: of the run; its plugins are asked too.
        remote: the stack, when it runs elsewhere.
        plans: of the stacks that were booted here.
    """
    stacks = [remote] if remote is not None else [ComposeStack(plan) for plan in plans]
    found: dict[str, Any] = {"addresses": str(remote)} if remote is not None else {}
    found["machine"] = _machine(with_engine=bool(plans))
    if plans:
        found["files"] = list(plans[0].source.files)
    if commit := _commit(config.rootpath):
        found["commit"] = commit
    shown: dict[str, str] = {}
    for facts in config.hook.pytest_harness_tested(config=config, stacks=stacks):
        shown |= facts.get(FACTS, {})
        found |= facts
    return {**found, FACTS: shown}


def images_of(stacks: Sequence[StackFigures]) -> dict[str, list[dict[str, Any]]]:
    """Service -> its images, one for all stacks that share it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for service in chain.from_iterable(stack.services for stack in stacks):
        stand_ins = [value for key, value in service.image_labels.items() if STAND_IN in key]
        found.setdefault(service.service, {})[service.image_id] = {
            "id": service.image_id,
            "tags": service.image_tags,
            "size": service.image_bytes,
            "created": service.image_created,
            "stand_in": stand_ins[0] if stand_ins else None,
        }
    return {service: list(images.values()) for service, images in sorted(found.items())}


def _commit(root: Path) -> dict[str, Any] | None:
    """Of the checkout; None where there is no git or no repository."""
    git = ["git", "-C", str(root)]
    try:
        commit = run([*git, "rev-parse", "HEAD"]).stdout.strip()
        changed = run([*git, "status", "--porcelain"]).stdout.strip()
    except HarnessError:
        return None
    return {"id": commit, "dirty": bool(changed)}


def _machine(*, with_engine: bool) -> dict[str, Any]:
    machine: dict[str, Any] = {
        "os": _system(),
        "cpus": os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "python": platform.python_version(),
    }
    if with_engine:
        try:
            machine["engine"] = docker("version", "--format", "{{.Server.Version}}")
            machine["compose"] = docker("compose", "version", "--short")
        except HarnessError as error:
            machine["engine"] = str(error).splitlines()[0]
    return machine


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = f"{platform.system()} {platform.release()}"
    return f"{name}, {platform.machine()}"
