"""Runs the browser checks, the boot of a stack and the fault checks in rounds, beside twice as many
busy processes as there are processors, and prints how many checks in a thousand were red."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.child import CutShortError, run_to_end
from tests.stress.busy import busy_processes, twice_the_processors

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results" / "stress"
GROUPS = ("boot", "browser", "faults")
ROUNDS = 10
ROUND_TIMEOUT_S = 3600.0
"""For one round: a guard against a hang, far beyond what one takes."""
RED = ("failed", "error", "not run")


@dataclass(frozen=True)
class Round:
    """What became of one run of the checks.

    Attributes:
        checks: how many were judged.
        red: id of a check -> why it is red.
        seconds: that the round took.
    """

    checks: int
    red: Mapping[str, str]
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when every check was green in every round."""
    parser = argparse.ArgumentParser(prog="make stress", description=__doc__)
    parser.add_argument("--rounds", type=_positive, default=ROUNDS, metavar="N")
    parser.add_argument(
        "--only", default=",".join(GROUPS), metavar="GROUP[,GROUP]", help="groups of checks"
    )
    parser.add_argument("--busy", type=int, default=twice_the_processors(), metavar="N")
    parser.add_argument("rest", nargs="*", metavar="-- OPTION", help="of pytest, for every round")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    groups = [group for group in options.only.replace(",", " ").split() if group]
    rounds: list[Round] = []
    try:
        with busy_processes(options.busy, seconds=options.rounds * ROUND_TIMEOUT_S) as pids:
            print(f"{len(pids)} busy processes beside {os.cpu_count()} processors", flush=True)
            for number in range(1, options.rounds + 1):
                rounds.append(done := one_round(number, groups, options.rest))
                print(told(number, done), flush=True)
    except KeyboardInterrupt:
        print("error: interrupted; the rounds so far:", file=sys.stderr)
        print(summary(rounds), flush=True)
        return 130
    print(summary(rounds), flush=True)
    return 1 if any(done.red for done in rounds) else 0


def one_round(number: int, groups: Sequence[str], options: Sequence[str]) -> Round:
    """Runs the checks once. Its verdict and what it printed stay in a folder of their own."""
    folder = RESULTS / f"round-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    verdict = ROOT / "test-results" / "verdict.json"
    verdict.unlink(missing_ok=True)
    chosen = [word for group in groups for word in ("--check", group)]
    command = [sys.executable, "-m", "pytest", "-q", "tests/integration", "tests/e2e"]
    begun = time.monotonic()
    (printed := folder / "printed").unlink(missing_ok=True)
    try:
        run_to_end([*command, *chosen, *options], ROOT, printed, timeout_s=ROUND_TIMEOUT_S)
    except CutShortError as error:
        return Round(1, {"the round": str(error)}, _since(begun))
    if not verdict.exists():
        last = printed.read_text().strip().splitlines()[-1:]
        return Round(1, {"the round": f"gave no verdict: {''.join(last)}"}, _since(begun))
    (folder / "verdict.json").write_bytes(verdict.read_bytes())
    return judged(json.loads(verdict.read_text()), _since(begun))


def judged(verdict: Mapping[str, Any], seconds: float) -> Round:
    """The round behind a verdict. A no without a red check is red by its reasons."""
    red = {
        str(check["id"]): str(check["message"]).strip().partition("\n")[0]
        for check in verdict["checks"]
        if check["outcome"] in RED
    }
    if verdict["verdict"] != "yes" and not red:
        red = {"the verdict": "; ".join(verdict["reasons"])}
    return Round(max(1, len(verdict["checks"])), red, seconds)


def told(number: int, done: Round) -> str:
    lines = [f"round {number}: {len(done.red)} of {done.checks} red, {done.seconds:.0f} s"]
    return "\n".join(lines + [f"  {check}: {why}" for check, why in done.red.items()])


def summary(rounds: Sequence[Round]) -> str:
    """Failures per thousand checks, each round's time, and how often each check was red."""
    checks, red = sum(one.checks for one in rounds), sum(len(one.red) for one in rounds)
    share = 1000 * red / checks if checks else 0.0
    times = ", ".join(f"{one.seconds:.0f}" for one in rounds)
    lines = [
        f"{red} of {checks} checks were red in {len(rounds)} rounds: {share:.2f} per thousand",
        f"seconds per round: {times or 'none was finished'}",
    ]
    for check in sorted({name for one in rounds for name in one.red}):
        often = sum(check in one.red for one in rounds)
        lines.append(f"red in {often} of {len(rounds)} rounds: {check}")
    return "\n".join(lines)


def _since(begun: float) -> float:
    return time.monotonic() - begun


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least one round is needed")
    return number


if __name__ == "__main__":
    sys.exit(main())
