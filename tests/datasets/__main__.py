"""``make soak``: trains each awkward dataset, boots what ships with it and asks the gate.

Every check runs that needs no stack of its own. A check that does not apply is listed with its
reason.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.child import CutShortError, run_to_end
from tests.datasets.shapes import SHAPES, draw
from tests.mutants.mutant import ROOT, copy_of_project, is_red, keep

RESULTS = ROOT / "test-results" / "soak"
FILE = "dataset.toml"
SHIPPED = "synthetic_flats"
"""The dataset of this kind that stands in the project."""
TRAINING_TIMEOUT_S = 1800.0
GATE_TIMEOUT_S = 3600.0
"""Guards against a hang, far beyond what each takes."""
# Quick, and good enough that training serves the model.
SETTINGS = ("--set", "folds=3", "rounds=80", "trees=20")
GATE = ("tests/integration", "tests/e2e", "-m", "not destructive and not containers")


class SoakError(Exception):
    """No verdict: the training or the gate itself ended early."""


@dataclass(frozen=True)
class Outcome:
    """What became of one shape.

    Attributes:
        passed: how many checks passed.
        not_applicable: id of a check that does not apply -> the reason.
        red: id of a check -> why it is red; or what failed before there was a verdict.
    """

    shape: str
    training_s: float
    passed: int
    not_applicable: dict[str, str]
    red: dict[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when the verdict on every shape is yes."""
    shapes = [*SHAPES, SHIPPED]
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument(
        "shapes",
        nargs="*",
        metavar="SHAPE",
        help=f"only these of {', '.join(shapes)}, or folders with a {FILE} of your own",
    )
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.shapes if name not in shapes and not _own(name)]:
        parser.error(
            f"no such shape, and no folder with a {FILE}: {', '.join(unknown)}. "
            f"The shapes are {', '.join(shapes)}"
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    outcomes = []
    try:
        for shape in options.shapes or shapes:
            outcomes.append(outcome := soak(shape))
            print("\n".join(lines(outcome)), flush=True)
    except KeyboardInterrupt:
        print("error: interrupted; what is above stands", file=sys.stderr)
        return 130
    red = [outcome.shape for outcome in outcomes if outcome.red]
    print(f"yes on {len(outcomes) - len(red)} of {len(outcomes)} shapes; see {RESULTS}")
    if red:
        print(f"error: red: {', '.join(red)}", file=sys.stderr)
    return 1 if red else 0


def soak(shape: str) -> Outcome:
    """Trains ``shape``, or the dataset in that folder, in a copy of the project, and asks the gate
    there."""
    own = _own(shape)
    shape = own.name if own else shape
    with tempfile.TemporaryDirectory(prefix=f"soak-{shape}-") as folder:
        copy = copy_of_project(Path(folder))
        dataset = copy / "datasets" / shape
        training_s = 0.0
        try:
            if own:
                shutil.copytree(own, dataset, dirs_exist_ok=True)
            elif shape != SHIPPED:
                draw(shape, dataset)
            begun = time.monotonic()
            train(copy, dataset)
            training_s = time.monotonic() - begun
            return judged(shape, training_s, verdict_on(copy))
        except SoakError as error:
            return Outcome(shape, training_s, 0, {}, {"no verdict": str(error)})
        finally:
            keep(copy, RESULTS / shape)


def _own(name: str) -> Path | None:
    """The folder ``name``, where a dataset of somebody's own is."""
    folder = Path(name).resolve()
    return folder if os.sep in name and (folder / FILE).is_file() else None


def train(copy: Path, dataset: Path) -> None:
    command = [sys.executable, "-P", "-m", "training", "--dataset", str(dataset), *SETTINGS]
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "MLFLOW_TRACKING_URI": f"sqlite:///{copy}/mlflow.db",
    }
    code = run(command, copy, environment, TRAINING_TIMEOUT_S)
    if code != 0:
        raise SoakError(f"training ended with {code}: {printed_last(copy)}")


def verdict_on(copy: Path) -> dict[str, Any]:
    run([sys.executable, "-m", "pytest", "-q", *GATE], copy, dict(os.environ), GATE_TIMEOUT_S)
    file = copy / "test-results" / "verdict.json"
    if not file.exists():
        raise SoakError(f"the gate gave no verdict: {printed_last(copy)}")
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content


def run(command: Sequence[str], copy: Path, environment: dict[str, str], timeout_s: float) -> int:
    try:
        return run_to_end(
            command, copy, copy / "printed", timeout_s=timeout_s, environment=environment
        )
    except CutShortError as error:
        raise SoakError(f"{error}: {printed_last(copy)}") from None


def printed_last(copy: Path) -> str:
    return (copy / "printed").read_text(errors="replace")[-2000:]


def judged(shape: str, training_s: float, verdict: dict[str, Any]) -> Outcome:
    checks = verdict["checks"]
    red = {
        check["id"]: str(check["message"])
        for check in checks
        if is_red(check) or check["outcome"] not in ("passed", "does not apply")
    }
    if verdict["verdict"] != "yes" and not red:
        red["verdict"] = "; ".join(verdict["reasons"])
    return Outcome(
        shape,
        training_s,
        sum(check["outcome"] == "passed" for check in checks),
        {c["id"]: str(c["message"]) for c in checks if c["outcome"] == "does not apply"},
        red,
    )


def lines(outcome: Outcome) -> list[str]:
    """The row of one shape, and below it the reasons."""
    row = (
        f"{outcome.shape:<16} training {outcome.training_s:4.0f} s"
        f"  passed {outcome.passed:4}  does not apply {len(outcome.not_applicable):3}"
        f"  red {len(outcome.red):3}"
    )
    reasons = sorted(set(outcome.not_applicable.values()))
    counts = [list(outcome.not_applicable.values()).count(reason) for reason in reasons]
    told = [f"    {n} do not apply: {why}" for n, why in zip(counts, reasons, strict=True)]
    return [row, *told, *(f"    red: {name}: {why[:300]}" for name, why in outcome.red.items())]


if __name__ == "__main__":
    sys.exit(main())
