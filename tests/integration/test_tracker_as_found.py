"""The pipeline and the compose service ``mlflow``: started when needed, left as it was found."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from harness.bundle import Bundle
from harness.ports import free_ports
from harness.tracker import Tracker
from tests.trained_run import ENVIRONMENT, SECONDS, TO_TRAIN

pytestmark = pytest.mark.containers


class Project:
    """A compose project of the test's own, on a port of its own, with no stack in it."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.bundle = folder / "bundle"
        [self.port] = free_ports(1)
        self.variables = {
            "COMPOSE_PROJECT_NAME": f"house-price-found-{uuid4().hex[:8]}",
            **ENVIRONMENT,
        }

    def run(self, *command: str, **variables: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**os.environ, **self.variables, **variables},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pipeline(self) -> str:
        """Trains where nothing answers at the default address."""
        [silent] = free_ports(1)
        output = ("--output", str(self.bundle))
        return self.run("./run_pipeline.sh", *TO_TRAIN, *output, MLFLOW_PORT=str(silent))

    def tracked(self) -> dict[str, Any]:
        """What MLflow knows of the run that the bundle is from."""
        with Tracker(f"http://127.0.0.1:{self.port}") as tracker:
            return tracker.run(Bundle(self.bundle).manifest["mlflow"]["run_id"])

    def containers(self) -> list[str]:
        listed = self.run("docker", "compose", "ps", "--all", "--format", "{{.Service}} {{.State}}")
        return listed.splitlines()


@pytest.fixture
def project(pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[Project]:
    project = Project(pytestconfig.rootpath, tmp_path)
    yield project
    project.run("docker", "compose", "down", "--volumes")


@pytest.mark.check("tracking.left-as-found")
def test_training_leaves_an_mlflow_as_it_found_it_absent_or_running_and_keeps_every_run(
    project: Project,
) -> None:
    """The second one runs on another port than the default, as its owner chose."""
    project.pipeline()
    assert project.containers() == []

    port = str(project.port)
    project.run("docker", "compose", "up", "--detach", "--wait", "mlflow", MLFLOW_PORT=port)
    assert project.tracked()["info"]["status"] == "FINISHED"
    first = project.tracked()["info"]["run_id"]

    printed = project.pipeline()
    assert project.containers() == ["mlflow running"]
    assert f"Run     http://localhost:{port}/" in printed
    assert project.tracked()["info"]["run_id"] != first
