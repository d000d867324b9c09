"""``make stress``: its arithmetic, and that nothing goes on when it ends or is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.stack.wait import wait_until
from tests.stress.__main__ import Round, judged, summary, told
from tests.stress.busy import busy_processes

ROOT = Path(__file__).resolve().parents[2]
END_TIMEOUT_S = 60.0


def verdict(*outcomes: str, said: str = "no") -> dict[str, Any]:
    checks = [
        {"id": f"boot.{number}", "outcome": outcome, "message": f"{outcome} it\nand more"}
        for number, outcome in enumerate(outcomes)
    ]
    return {"verdict": said, "reasons": ["a reason"], "checks": checks}


def test_red_is_what_failed_or_never_ran() -> None:
    done = judged(verdict("passed", "failed", "error", "not run", "does not apply"), 9.4)

    assert (done.checks, done.seconds) == (5, 9.4)
    assert dict(done.red) == {
        "boot.1": "failed it",
        "boot.2": "error it",
        "boot.3": "not run it",
    }


def test_a_no_without_a_red_check_is_red() -> None:
    assert dict(judged(verdict("passed"), 1).red) == {"the verdict": "a reason"}
    assert dict(judged(verdict(said="no"), 1).red) == {"the verdict": "a reason"}
    assert dict(judged(verdict("passed", said="yes"), 1).red) == {}


def test_the_summary_counts_failures_per_thousand_and_names_each_red_check() -> None:
    rounds = [
        Round(40, {"boot.api": "no"}, 61.2),
        Round(40, {}, 59.8),
        Round(40, {"boot.api": "no", "x": "y"}, 3),
    ]

    assert summary(rounds).splitlines() == [
        "3 of 120 checks were red in 3 rounds: 25.00 per thousand",
        "seconds per round: 61, 60, 3",
        "red in 2 of 3 rounds: boot.api",
        "red in 1 of 3 rounds: x",
    ]
    assert told(2, rounds[0]) == "round 2: 1 of 40 red, 61 s\n  boot.api: no"


def test_a_summary_of_no_round_divides_by_nothing() -> None:
    assert summary([]).splitlines()[0] == "0 of 0 checks were red in 0 rounds: 0.00 per thousand"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def assert_all_end(pids: list[int]) -> None:
    wait_until(
        lambda: ((left := [pid for pid in pids if alive(pid)]) and f"{left} go on") or None,
        what="every busy process has ended",
        seconds=END_TIMEOUT_S,
        hint="who ends them?",
    )


def test_busy_processes_end_with_the_block() -> None:
    with busy_processes(2, seconds=60) as pids:
        assert all(alive(pid) for pid in pids)

    assert_all_end(pids)


def test_busy_processes_end_with_the_block_that_fails() -> None:
    pids: list[int] = []

    def fail() -> None:
        with busy_processes(2, seconds=60) as begun:
            pids.extend(begun)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert_all_end(pids)


def test_busy_processes_end_by_themselves_when_their_time_is_over() -> None:
    with busy_processes(1, seconds=0.2) as pids:
        assert_all_end(pids)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_busy_processes_end_when_whoever_began_them_is_killed(how: signal.Signals) -> None:
    # It sleeps until it is killed, which is what is tried.
    code = (
        "import time; from tests.stress.busy import busy_processes\n"
        "with busy_processes(2, seconds=120) as pids:\n"
        "    print(*pids, flush=True); time.sleep(120)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as begun:
        assert begun.stdout is not None
        pids = [int(pid) for pid in begun.stdout.readline().split()]
        begun.send_signal(how)
        begun.wait(END_TIMEOUT_S)

    assert len(pids) == 2
    assert_all_end(pids)
