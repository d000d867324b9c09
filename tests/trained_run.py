"""The training run that tests start, and what they know of it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.bundle import Bundle

# Small and of another shape than the served one: trained in seconds, and proof that another dataset
# needs no other code.
DATASET = "datasets/synthetic_flats"
FOLDS = 3
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
