"""The training run that tests start, and what they know of it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.bundle import Bundle

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
