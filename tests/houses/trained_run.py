"""The training run that tests start, and what they know of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.stack.docker_cli import run
from harness.stack.ports import free_ports
from tests.houses.bundle import Bundle

# Small, of another shape than the served one, and with a small model: trained in seconds, and proof
# that another dataset needs no other code.
DATASET = "datasets/synthetic_flats"
SMALL = {"folds": 3, "rounds": 60, "trees": 20}
TO_TRAIN = ("--dataset", DATASET, "--set", *(f"{key}={value}" for key, value in SMALL.items()))
# In one process: other tests run meanwhile, and starting more costs more than it saves.
ENVIRONMENT = {"LOKY_MAX_CPU_COUNT": "1"}
TRAINING_HANG_TIMEOUT_S = 1800  # a busy machine takes minutes; only a hang takes longer


@dataclass(frozen=True)
class Trained:
    """A training run.

    Attributes:
        bundle: what it wrote.
        printed: what it said on the terminal.
    """

    bundle: Bundle
    printed: str

    @property
    def run_id(self) -> str:
        return str(self.bundle.manifest["mlflow"]["run_id"])


def run_in(root: Path, project: str, command: Sequence[str]) -> str:
    """What ``command`` prints, run for a compose project where nothing answers at MLflow's port.

    Args:
        root: where it runs.
        project: name of the compose project.
    """
    [silent] = free_ports(1)
    variables = {"COMPOSE_PROJECT_NAME": project, "MLFLOW_PORT": str(silent), **ENVIRONMENT}
    # The runs of tests must not go where a person's runs go.
    theirs = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    done = run_to_end(root, command, {**theirs, **variables})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_to_end(
    root: Path, command: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs a training or what goes with it; one that hangs ends with all its processes."""
    return run(command, seconds=TRAINING_HANG_TIMEOUT_S, check=False, cwd=root, env=environment)
