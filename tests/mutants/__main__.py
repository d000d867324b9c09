"""``make mutants``: tries every mutant on the gate and prints how many of them it caught."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from tests.mutants.mutant import (
    ROOT,
    Mutant,
    MutantError,
    all_mutants,
    apply,
    ask_the_gate,
    copy_of_project,
    keep,
    what_was_missed,
)
from tests.stress.busy import busy_processes, twice_the_processors

RESULTS = ROOT / "test-results" / "mutants"
BUSY_TIMEOUT_S = 6 * 3600.0  # for all mutants; busy processes end by themselves then


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant; ``missed`` is why it was not caught."""

    mutant: Mutant
    missed: str | None
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when the gate is green on the project as it is, and red on every mutant."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="try only these")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="2 unless told")
    parser.add_argument(
        "--busy", action="store_true", help="twice as many busy processes as processors beside it"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    count = twice_the_processors() if options.busy else 0
    try:
        with busy_processes(count, seconds=BUSY_TIMEOUT_S):
            return tried(options.names, options.at_once)
    except KeyboardInterrupt:
        print("error: interrupted; what is above stands", file=sys.stderr)
        return 130


def tried(names: Sequence[str], at_once: int) -> int:
    """Tries the mutants with these names, or all, and prints what became of each."""
    try:
        mutants = all_mutants(names)
        begun = time.monotonic()
        prove_green(mutants)
    except MutantError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    outcomes = []
    stop = Event()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for done in as_completed([pool.submit(trial, mutant, stop) for mutant in mutants]):
                outcomes.append(outcome := done.result())
                print(line(outcome), flush=True)
        except BaseException:
            stop.set()  # or the pool would first go through all that wait
            pool.shutdown(cancel_futures=True)
            raise
    survivors = [outcome.mutant.name for outcome in outcomes if outcome.missed is not None]
    caught = len(mutants) - len(survivors)
    minutes = (time.monotonic() - begun) / 60
    print(f"caught {caught} of {len(mutants)} seeded, in {minutes:.1f} minutes; see {RESULTS}")
    if survivors:
        print(f"error: not caught: {', '.join(sorted(survivors))}", file=sys.stderr)
    return 1 if survivors else 0


def prove_green(mutants: Sequence[Mutant]) -> None:
    """A check that is red without a mutant would catch nothing.

    Raises:
        MutantError: the project as it is does not pass the checks of ``mutants``.
    """
    checks = sorted({check for mutant in mutants for check in mutant.checks})
    with tempfile.TemporaryDirectory(prefix="mutant-none-") as folder:
        verdict = ask_the_gate(copy_of_project(Path(folder)), checks)
    if verdict["verdict"] != "yes":
        reasons = "; ".join(verdict["reasons"])
        raise MutantError(f"the project as it is must be green first, but: {reasons}")
    print(f"without a mutant: {len(verdict['checks'])} checks are green", flush=True)


def trial(mutant: Mutant, stop: Event) -> Outcome:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"mutant-{mutant.name}-") as folder:
        copy = copy_of_project(Path(folder))
        try:
            apply(mutant, copy, stop)
            missed = what_was_missed(mutant, ask_the_gate(copy, mutant.checks, stop))
        except MutantError as error:
            missed = str(error)
        keep(copy, RESULTS / mutant.name)
    return Outcome(mutant, missed, time.monotonic() - begun)


def line(outcome: Outcome) -> str:
    mutant = outcome.mutant
    caught = "caught  " if outcome.missed is None else "SURVIVED"
    by = f"by {', '.join(mutant.checks)}" if outcome.missed is None else f"{outcome.missed}"
    return f"{caught} {outcome.seconds:4.0f} s  {mutant.name}: {mutant.breaks} ({by})"


if __name__ == "__main__":
    sys.exit(main())
