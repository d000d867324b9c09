"""What a verdict is about: images, commit, model, machine. Asked while the stacks still run."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from harness.api import ApiError, PriceApi
from harness.docker_cli import docker, run
from harness.errors import HarnessError
from harness.measure import StackFigures
from harness.plan import Plan
from harness.stack import ComposeStack, Stack

STAND_IN = "stand-in"
"""Part of the label by which an image says what it stands in for."""
_ABOUT_MODEL = ("name", "version", "run_id", "dataset", "data_sha256", "trained_at", "git_commit")
_SOON = (3.0, 5.0)  # seconds to connect and to answer


def what_is_tested(root: Path, remote: Stack | None, plans: Sequence[Plan]) -> dict[str, Any]:
    """All that can be had of it; what cannot is left out, or says why.

    Args:
        root: of the project.
        remote: the stack, when it runs elsewhere.
        plans: of the stacks that were booted here.
    """
    stacks = [remote] if remote is not None else [ComposeStack(each) for each in plans]
    found: dict[str, Any] = {"addresses": str(remote)} if remote is not None else {}
    found["machine"] = _machine(with_engine=bool(plans))
    if commit := _commit(root):
        found["commit"] = commit
    if stacks:
        found["model"] = _model(stacks)
    return found


def _model(stacks: Sequence[Stack]) -> dict[str, Any]:
    """What ``GET /model`` answers; ``missing`` says why there is no answer."""
    missing = ""
    for stack in stacks:
        try:
            with PriceApi(stack.api) as api:
                model = api.model(timeout=_SOON)
            return {key: model.get(key) for key in _ABOUT_MODEL}
        except (HarnessError, ApiError, requests.RequestException, ValueError) as error:
            missing = missing or f"GET /model: {error}".splitlines()[0]
    return {"missing": missing}


def images_of(stacks: Sequence[StackFigures]) -> dict[str, list[dict[str, Any]]]:
    """Service -> its images, one for all stacks that share it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for service in (each for stack in stacks for each in stack.services):
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
