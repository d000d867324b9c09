"""Free host ports for a stack."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

from harness.errors import HarnessError

# Below every system's ephemeral range (Linux: from 32768): there the kernel may give a port that
# is free now to the next outgoing connection, and the stack could not have it any more.
FIRST, LAST = 20_000, 29_999


def free_ports(count: int) -> list[int]:
    """``count`` different TCP ports that nobody listens on, on loopback.

    Fixed numbers and not port 0, because Docker gives a service that was published on port 0
    another port after each restart.
    """
    if not count:
        return []
    chosen: list[int] = []
    with ExitStack() as held:
        for port in random.sample(range(FIRST, LAST + 1), LAST + 1 - FIRST):
            probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen.append(port)
            if len(chosen) == count:
                return chosen
    raise HarnessError(
        f"fewer than {count} free ports between {FIRST} and {LAST}. "
        "Fix: end what holds them (ss -ltnp shows it)."
    )
