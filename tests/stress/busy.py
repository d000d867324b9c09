"""Processes that keep the processors busy, and end with whoever began them, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Each one ends when its time is over or its standard input closes. The kernel closes that when the
# parent ends, even by SIGKILL.
_PROGRAM = """
import select, sys, time
ends = time.monotonic() + float(sys.argv[1])
while time.monotonic() < ends and not select.select([sys.stdin], [], [], 0)[0]:
    for number in range(200_000):
        number * number
"""


@contextmanager
def busy_processes(count: int, *, seconds: float) -> Iterator[list[int]]:
    """In the block, ``count`` processes compute; for ``seconds`` at most.

    Yields:
        Their process ids.
    """
    command = [sys.executable, "-c", _PROGRAM, str(seconds)]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        processes.extend(subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(count))
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.communicate()


def twice_the_processors() -> int:
    return 2 * (os.cpu_count() or 1)
