"""Which process a stack belongs to, written on everything that the stack consists of.

A run that was killed cannot clean up. The next run may do it, but only where it is certain that
the owner is gone: a process on this machine, in this process namespace, that does not run any more.
"""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

KEPT = "kept"
"""Owner of a stack that a person asked to keep: never removed by anyone else."""


@dataclass(frozen=True)
class Owner:
    """One process: where it runs, its id, and when it started, because ids are used again."""

    place: str
    pid: int
    started: str

    @classmethod
    def this_process(cls) -> Owner:
        return cls(_place(), os.getpid(), _started(os.getpid()) or "")

    @classmethod
    def parse(cls, text: str) -> Owner | None:
        """The owner that :meth:`__str__` wrote; None for any other text, ``kept`` among them."""
        match text.split("|"):
            case [place, pid, started] if pid.isdecimal():
                return cls(place, int(pid), started)
        return None

    def __str__(self) -> str:
        return f"{self.place}|{self.pid}|{self.started}"

    def is_gone(self) -> bool:
        """True only where that is certain."""
        return self.place == _place() and _started(self.pid) != self.started


def _place() -> str:
    """This machine and process namespace: two containers may share one engine and one name."""
    namespace = Path("/proc/self/ns/pid")
    inside = str(namespace.readlink()) if namespace.exists() else "one"
    return f"{platform.node()} {inside}"


def _started(pid: int) -> str | None:
    """When process ``pid`` started, in whatever unit; None when there is none."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    if boot.exists():
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        # After the name, which may hold blanks and brackets: state is the first field, the start
        # in clock ticks since boot the twentieth.
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] == "Z" else f"{boot.read_text().strip()} {fields[19]}"
    asked = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=10
    )
    return asked.stdout.strip() or None
