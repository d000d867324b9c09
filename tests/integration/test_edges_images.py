"""What the images are made of: fixed versions, and the packages of the locks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.stack.docker_cli import docker
from harness.stack.running import ComposeStack
from harness.verdict.checks import Figures
from tests.houses.bundle import Bundle
from tests.houses.containers import SERVICES, python
from tests.houses.images import (
    LOCKS,
    Built,
    Dockerfile,
    Installed,
    changed_files,
    locked,
    unhashed,
    unpinned_reason,
)

pytestmark = pytest.mark.containers

TRAINING = "requirements/training.txt"
IN_EVERY_IMAGE = {"pip"}
"""Packages that are in the base image already."""


@pytest.fixture(scope="module")
def installed(compose_stack: ComposeStack) -> dict[str, Installed]:
    return {service: Installed.of(compose_stack, service) for service in SERVICES}


@pytest.mark.check("edges.pinned-images")
def test_every_image_has_a_fixed_version(services: dict[str, Any], builds: list[Built]) -> None:
    """Of a public image at least two numbers of its version; a digest is still better."""
    images = [service["image"] for service in services.values() if not service.get("build")]
    for build in builds:
        found = build.dockerfile.images()
        assert found, f"{build.service} is built on no image"
        images += found

    assert [reason for image in images if (reason := unpinned_reason(image))] == []


@pytest.mark.check("edges.pinned-fetches")
def test_images_are_built_of_nothing_that_no_lock_names(builds: list[Built]) -> None:
    assert {build.service for build in builds} == set(LOCKS)
    for build in builds:
        assert build.dockerfile.fetched() == [], build.service
        assert build.dockerfile.directives == [], f"{build.service}: a syntax line fetches an image"


@pytest.mark.check("edges.pinned-locks")
@pytest.mark.parametrize("lock", sorted({*LOCKS.values(), TRAINING, "requirements/mlflow.txt"}))
def test_every_package_of_a_lock_has_one_version_and_its_hashes(
    root: Path, installed: dict[str, Installed], lock: str, figure: Figures
) -> None:
    assert unhashed(root / lock) == []
    versions = locked(root / lock, installed["fastapi"].environment)
    figure("packages", len(versions), at_least=1)


@pytest.mark.check("edges.pinned-containers")
@pytest.mark.parametrize("service", SERVICES)
def test_a_container_runs_the_image_that_the_compose_file_names(
    compose_stack: ComposeStack, services: dict[str, Any], service: str
) -> None:
    container = compose_stack.inspect(service)
    named = services[service].get("image") or f"{compose_stack.plan.name}-{service}"
    image = json.loads(docker("image", "inspect", named))[0]

    assert container["Config"]["Image"] == named
    assert container["Image"] == image["Id"], "it runs an older image of this name"


@pytest.mark.check("edges.pinned-python")
def test_the_images_that_are_built_have_the_python_of_their_dockerfile_on_one_base(
    compose_stack: ComposeStack, builds: list[Built], installed: dict[str, Installed]
) -> None:
    layers = {}
    for build in builds:
        *_, base = build.dockerfile.images()
        version = installed[build.service].environment["python_version"]
        assert base.partition(":")[2].startswith(f"{version}-"), f"{build.service}: {base}"
        image = compose_stack.inspect(build.service)["Image"]
        layers[build.service] = json.loads(docker("image", "inspect", image))[0]["RootFS"]["Layers"]

    assert len({found[0] for found in layers.values()}) == 1, "they stand on two bases"


@pytest.mark.check("edges.versions")
@pytest.mark.parametrize("service", list(LOCKS))
def test_an_image_has_the_packages_of_its_lock_and_no_others(
    root: Path, installed: dict[str, Installed], service: str
) -> None:
    found = installed[service]
    wanted = locked(root / LOCKS[service], found.environment)

    have = {name: found.packages.get(name) for name in wanted}
    assert have == wanted, f"{service} was not installed from {LOCKS[service]}"
    assert sorted(found.packages.keys() - wanted.keys() - IN_EVERY_IMAGE) == []


@pytest.mark.check("edges.versions-fit")
@pytest.mark.parametrize("service", list(LOCKS))
def test_the_packages_of_an_image_fit_together_and_are_as_they_were_installed(
    compose_stack: ComposeStack, service: str
) -> None:
    done = compose_stack.exec(service, "python", "-m", "pip", "check")

    assert done.returncode == 0, done.stdout
    assert changed_files(compose_stack, service) == []


@pytest.mark.check("edges.versions-imported")
def test_the_api_imports_the_packages_that_are_installed(
    compose_stack: ComposeStack, root: Path, installed: dict[str, Installed]
) -> None:
    """And not a copy that comes before them on its path."""
    names = ["fastapi", "numpy", "onnxruntime", "pydantic", "starlette", "uvicorn"]
    code = f"""
import importlib, json, os
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as the API itself does: no files of this look stay
modules = [importlib.import_module(name) for name in {names!r}]
print(json.dumps({{module.__name__: [module.__version__, module.__file__] for module in modules}}))
"""
    imported = json.loads(python(compose_stack, "fastapi", code))

    for name, (version, file) in imported.items():
        assert version == installed["fastapi"].packages[name], file
        assert re.search(r"/(site|dist)-packages/", file), f"{name} is imported from {file}"


@pytest.mark.check("edges.versions-trained")
def test_the_model_is_served_by_the_versions_that_it_was_trained_with(
    root: Path, bundle: Bundle, installed: dict[str, Installed], figure: Figures
) -> None:
    recorded = dict(bundle.manifest["libraries"])
    recorded.pop("python")  # the training machine's; its version is in no lock
    lock = locked(root / TRAINING, installed["fastapi"].environment)

    assert {name: lock[name] for name in recorded} == recorded, f"trained apart from {TRAINING}"
    shared = recorded.keys() & installed["fastapi"].packages.keys()
    serving = {name: installed["fastapi"].packages[name] for name in shared}
    assert serving == {name: recorded[name] for name in shared}
    figure("packages that training and serving share", len(shared), at_least=2)


@pytest.mark.check("edges.versions-locks")
def test_what_is_in_two_locks_has_one_version(root: Path, installed: dict[str, Installed]) -> None:
    environment = installed["fastapi"].environment
    versions: dict[str, dict[str, str]] = {}
    for lock in (*LOCKS.values(), TRAINING, "requirements/mlflow.txt", "requirements/dev.txt"):
        for name, version in locked(root / lock, environment).items():
            versions.setdefault(name, {})[lock] = version

    assert {name: found for name, found in versions.items() if len(set(found.values())) > 1} == {}


@pytest.mark.check("edges.versions-mlflow")
def test_mlflow_has_the_version_of_its_image_and_of_training(
    root: Path, bundle: Bundle, services: dict[str, Any], installed: dict[str, Installed]
) -> None:
    version = installed["mlflow"].packages["mlflow"]

    assert services["mlflow"]["image"].endswith(f":v{version}")
    assert locked(root / TRAINING, installed["mlflow"].environment)["mlflow"] == version
    assert bundle.manifest["libraries"]["mlflow"] == version


@pytest.mark.check("edges.reads-dockerfiles")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("FROM python", "has no version"),
        ("FROM python:latest", "no fixed version"),
        ("FROM python:3", "no fixed version"),
        ("FROM --platform=linux/amd64 python:slim", "no fixed version"),
        ("ARG TAG=3\nFROM python:${TAG}", "no fixed version"),
        ("ARG TAG\nFROM python:$TAG", "no fixed version"),
        ("FROM python:3.13-slim AS a\nFROM a\nCOPY --from=busybox /bin/sh /sh", "has no version"),
        ("FROM python:3.13-slim\nRUN --mount=type=bind,from=alpine:edge ls", "no fixed version"),
        ("# syntax=docker/dockerfile:1\nFROM python:3.13-slim", "no fixed version"),
        ("FROM localhost:5000/python", "has no version"),
    ],
)
def test_an_image_without_a_fixed_version_is_found_wherever_it_is_named(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(text + "\n")

    [found] = [why for image in Dockerfile(file).images() if (why := unpinned_reason(image))]
    assert reason in found
