"""The training run that tests start, and what they know of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.stack.ports import free_ports
from tests.houses.bundle import Bundle

# Small, of another shape than the served one, and with a small model: trained in seconds, and proof
# that another dataset needs no other code.
DATASET = "datasets/synthetic_flats"
SMALL = {"folds": 3, "rounds": 60, "trees": 20}
TO_TRAIN = ("--dataset", DATASET, "--set", *(f"{key}={value}" for key, value in SMALL.items()))
# In one process: other tests run meanwhile, and to start helpers costs more than they save.
ENVIRONMENT = {"LOKY_MAX_CPU_COUNT": "1"}
SECONDS = 240


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
    # Where a person's own runs go is not for those of tests.
    theirs = {key: each for key, each in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    done = subprocess.run(
        command,
        cwd=root,
        env={**theirs, **variables},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
