"""Which worker of ``pytest -n`` runs which test.

Destructive tests take turns on one stack. Dealt out to all workers, one would run and the others
wait for it; so they are one piece of work, the first that is given out, and every other test is a
piece of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

DESTRUCTIVE = "destructive"


class Schedule(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives out the largest piece first, then one test at a time.

    Args:
        config: of the main process.
        log: of xdist.
        destructive: asked once all workers have collected; the node ids of destructive tests.
    """

    def __init__(
        self, config: pytest.Config, log: Producer, destructive: Callable[[], Container[str]]
    ) -> None:
        super().__init__(config, log)
        self._ask = destructive
        self._destructive: Container[str] | None = None

    def schedule(self) -> None:
        """Also when a worker takes the place of one that crashed."""
        super().schedule()
        if self.collection is not None and not self.workqueue:
            # A worker keeps its last test until it hears that no other follows.
            for node in self.nodes:
                if not node.shutting_down:
                    node.shutdown()

    def remove_node(self, node: Any) -> str | None:
        """Returns the test that ``node`` crashed in, which must not crash the next worker too."""
        workload: dict[str, dict[str, bool]] = self.assigned_work.pop(node)
        left = [(piece, test) for piece in workload.values() for test in piece if not piece[test]]
        if not left:
            return None
        piece, crashed = left[0]
        piece[crashed] = True
        self.workqueue.update({name: p for name, p in workload.items() if not all(p.values())})
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed

    def _split_scope(self, nodeid: str) -> str:
        if self._destructive is None:
            self._destructive = self._ask()
        return DESTRUCTIVE if nodeid in self._destructive else nodeid
