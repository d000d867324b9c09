"""What a verdict is about: images, commit, model, machine. Asked while the stacks still run."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from harness import diagnosis
from harness.api import ApiError, PriceApi
from harness.docker_cli import docker, run
from harness.errors import HarnessError
from harness.plan import Plan
from harness.stack import ComposeStack, Stack

STAND_IN = "stand-in"
"""Ending of the label by which an image says what it stands in for."""
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
    found |= {"images": _images(plans), "machine": _machine(with_engine=bool(plans))}
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


def _images(plans: Sequence[Plan]) -> dict[str, list[dict[str, Any]]]:
    """Service -> the images of its containers, one for all stacks that share it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for plan in plans:
        try:
            for container in diagnosis.containers(plan.name):
                service = container["Config"]["Labels"][diagnosis.SERVICE]
                image = _image(container["Image"])
                found.setdefault(service, {})[image["id"]] = image
        except HarnessError:  # the engine went away; the verdict has its own word for it
            continue
    return {service: list(images.values()) for service, images in sorted(found.items())}


def _image(image_id: str) -> dict[str, Any]:
    """
    ``content`` is a hash of the image's files alone. The id is one of its labels too, which
    name the stack, so the same build has another id in each stack.
    """
    image = json.loads(docker("image", "inspect", image_id))[0]
    labels = image["Config"].get("Labels") or {}
    layers = "\n".join(image["RootFS"]["Layers"])
    stand_ins = [value for key, value in labels.items() if key.endswith(STAND_IN)]
    return {
        "id": image["Id"],
        "content": f"sha256:{hashlib.sha256(layers.encode()).hexdigest()}",
        "tags": image["RepoTags"],
        "digests": image.get("RepoDigests") or [],
        "size": image["Size"],
        "created": image["Created"],
        "stand_in": stand_ins[0] if stand_ins else None,
    }


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
