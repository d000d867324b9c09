"""Where no MLflow runs, the pipeline starts the compose service for its run, and ends it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from harness.bundle import Bundle
from tests.trained_run import TO_TRAIN, run_in

# Not beside another training: two at once are slower than one after the other.
pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("trained")]

# Through the service's own volume: what is looked for must be there for the next one who starts it.
READ = """
import sys
from mlflow.tracking import MlflowClient

print(MlflowClient("sqlite:////var/tmp/mlflow.db").get_run(sys.argv[1]).info.status)
"""


@pytest.fixture
def in_project(pytestconfig: pytest.Config) -> Iterator[Callable[..., str]]:
    """Runs a command for a compose project of the test's own, with nothing in it."""
    name = f"house-price-found-{uuid4().hex[:8]}"

    def run(*command: str) -> str:
        return run_in(pytestconfig.rootpath, name, command)

    yield run
    run("docker", "compose", "down", "--volumes")


@pytest.mark.check("tracking.left-absent")
def test_training_starts_an_mlflow_that_is_absent_ends_it_again_and_keeps_the_run(
    in_project: Callable[..., str], tmp_path: Path
) -> None:
    in_project("./run_pipeline.sh", *TO_TRAIN, "--output", str(tmp_path / "bundle"))

    assert in_project("docker", "compose", "ps", "--all", "--quiet") == ""
    run_id = Bundle(tmp_path / "bundle").manifest["mlflow"]["run_id"]
    read = ("python", "-c", READ, run_id)
    printed = in_project("docker", "compose", "run", "--rm", "-T", "mlflow", *read)
    assert printed.split() == ["FINISHED"]
