"""What `make mutants`, `make soak` and `make stress` start ends with them, and in order."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from harness.stack.wait import wait_until
from tests import child
from tests.child import CutShortError, run_to_end
from tests.mutants import __main__ as mutants
from tests.mutants.mutant import Mutant

WAIT_TIMEOUT_S = 60.0
# Sleeps until it is interrupted, which is what is tried.
INTERRUPTIBLE = """
import pathlib, time
try:
    print("runs", flush=True); time.sleep(600)
except KeyboardInterrupt:
    pathlib.Path("removed").touch()
"""
DEAF = """
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(below.pid, flush=True); time.sleep(600)
"""


def command(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_command_that_ends_gives_its_code_and_what_it_printed(tmp_path: Path) -> None:
    printed = tmp_path / "printed"
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"

    assert run_to_end(command(code), tmp_path, printed, timeout_s=WAIT_TIMEOUT_S) == 3
    assert run_to_end(command(code), tmp_path, printed, timeout_s=WAIT_TIMEOUT_S) == 3

    assert printed.read_text() == "out\nerr\n" * 2


class WhenItRuns(threading.Event):
    """Is set as soon as the command has printed something."""

    def __init__(self, printed: Path) -> None:
        super().__init__()
        self.printed = printed

    def is_set(self) -> bool:
        return self.printed.stat().st_size > 0


def test_a_command_that_is_stopped_removes_what_it_started(tmp_path: Path) -> None:
    printed = tmp_path / "printed"

    with pytest.raises(CutShortError, match="interrupted"):
        run_to_end(
            command(INTERRUPTIBLE),
            tmp_path,
            printed,
            timeout_s=WAIT_TIMEOUT_S,
            stop=WhenItRuns(printed),
        )

    assert (tmp_path / "removed").exists()


def test_a_command_that_hangs_is_named_with_its_time(tmp_path: Path) -> None:
    with pytest.raises(CutShortError, match=r"not done after 0\.1 s"):
        run_to_end(command(INTERRUPTIBLE), tmp_path, tmp_path / "printed", timeout_s=0.1)


def test_a_command_that_takes_no_hint_is_killed_with_all_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = tmp_path / "printed"
    monkeypatch.setattr(child, "STOP_TIMEOUT_S", 0.2)

    with pytest.raises(CutShortError):
        run_to_end(
            command(DEAF), tmp_path, printed, timeout_s=WAIT_TIMEOUT_S, stop=WhenItRuns(printed)
        )

    stat = Path(f"/proc/{printed.read_text().strip()}/stat")

    def runs() -> str | None:
        try:
            state = stat.read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if state == "Z" else f"its state is {state}"

    # The kernel takes a moment, in which only the child itself was waited for.
    wait_until(runs, what="what the child started is gone", hint="os.killpg", pause=0.01)


def test_mutants_that_wait_are_not_tried_after_an_interruption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []

    def trial(mutant: Mutant, stop: threading.Event) -> mutants.Outcome:
        tried.append(mutant.name)
        if mutant.name == "first":
            return mutants.Outcome(mutant, None, 0.0)
        assert stop.wait(WAIT_TIMEOUT_S), "nobody stopped it"
        return mutants.Outcome(mutant, "interrupted", 0.0)

    def interrupted(_: mutants.Outcome) -> str:
        raise KeyboardInterrupt

    names = ("first", "second", "third", "fourth")
    every = [Mutant(name, "", ("x",), ("y",), None, "") for name in names]
    monkeypatch.setattr(mutants, "all_mutants", lambda _: every)
    monkeypatch.setattr(mutants, "prove_green", lambda _: None)
    monkeypatch.setattr(mutants, "trial", trial)
    monkeypatch.setattr(mutants, "line", interrupted)

    assert mutants.main(["--at-once", "1"]) == 130

    assert len(tried) <= 2
