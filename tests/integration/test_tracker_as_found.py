"""The pipeline and the compose service ``mlflow``: started when needed, left as it was found."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from harness.bundle import Bundle
from harness.ports import free_ports
from tests.trained_run import SECONDS, TO_TRAIN

pytestmark = pytest.mark.containers


class Project:
    """A compose project of the test's own, on a port of its own, with no stack in it."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.bundle = folder / "bundle"
        [self.port] = free_ports(1)
        self.variables = {"COMPOSE_PROJECT_NAME": f"house-price-found-{uuid4().hex[:8]}"}

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

    def containers(self) -> list[str]:
        listed = self.run("docker", "compose", "ps", "--all", "--format", "{{.Service}} {{.State}}")
        return listed.splitlines()


@pytest.fixture
def project(pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[Project]:
    project = Project(pytestconfig.rootpath, tmp_path)
    yield project
    project.run("docker", "compose", "down", "--volumes")


@pytest.mark.check("tracking.left-absent")
def test_an_mlflow_that_was_not_there_is_gone_after_training_and_keeps_the_run(
    project: Project,
) -> None:
    project.pipeline()

    assert project.containers() == []
    tracked = Bundle(project.bundle).manifest["mlflow"]
    project.run("docker", "compose", "up", "--detach", "--wait", "mlflow", MLFLOW_PORT="0")
    published = project.run("docker", "compose", "port", "mlflow", "5555").strip()
    found = project.run(
        "curl", "-sf", f"http://{published}/api/2.0/mlflow/runs/get?run_id={tracked['run_id']}"
    )
    assert tracked["run_id"] in found


@pytest.mark.check("tracking.left-running")
def test_an_mlflow_that_runs_on_another_port_is_used_for_training_and_left_running(
    project: Project,
) -> None:
    port = str(project.port)
    project.run("docker", "compose", "up", "--detach", "--wait", "mlflow", MLFLOW_PORT=port)

    printed = project.pipeline()

    assert project.containers() == ["mlflow running"]
    assert f"Run     http://localhost:{port}/" in printed
