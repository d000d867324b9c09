"""Runs a command to its end. One that is cut short removes what it started before it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event

STOP_TIMEOUT_S = 180.0  # for pytest to remove its stacks after it was interrupted
LOOK_INTERVAL_S = 0.5


class CutShortError(Exception):
    """The command was ended before it was done."""


def run_to_end(
    command: Sequence[str],
    folder: Path,
    printed: Path,
    *,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
    stop: Event | None = None,
) -> int:
    """The exit code of ``command``, which prints to the end of ``printed``.

    It runs in a session of its own: Ctrl-C reaches this program only, which then ends it in order.

    Args:
        command: the program and its arguments.
        folder: where it runs.
        printed: the file that takes both of its outputs.
        timeout_s: a guard against a hang, in seconds.
        environment: of the command; this program's unless told.
        stop: ends the command when another thread sets it.

    Raises:
        CutShortError: it took longer than ``timeout_s``, or ``stop`` was set.
    """
    deadline = time.monotonic() + timeout_s
    with printed.open("a") as out:
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
        )
        try:
            while True:
                try:
                    return child.wait(LOOK_INTERVAL_S)
                except subprocess.TimeoutExpired:
                    if stop is not None and stop.is_set():
                        raise CutShortError("interrupted") from None
                    if time.monotonic() > deadline:
                        raise CutShortError(f"not done after {timeout_s:g} s") from None
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Interrupts ``child`` where it still runs; kills it and its session where that is no help."""
    if child.poll() is not None:
        return
    child.send_signal(signal.SIGINT)
    try:
        child.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
