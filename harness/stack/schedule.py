"""Which worker of ``pytest -n`` runs which test.

Destructive tests take turns on one stack. Dealt out to all workers, one would run and the others
wait for it; so they are one piece of work. Tests marked ``xdist_group`` share what each worker
would make anew, and are a piece as well, as are those of one file that use no stack. Every other
test is a piece of its own: the stack is there for all workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

DESTRUCTIVE = "destructive"
"""The piece that takes longest, whatever the number of its tests: services start and stop."""


class Schedule(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives out destructive tests first, then the largest pieces, then one test at a time.

    Args:
        config: of the main process.
        log: of xdist.
        together: asked once all workers have collected; node id -> name of its piece, for tests
            that are a piece with others.
    """

    def __init__(
        self, config: pytest.Config, log: Producer, together: Callable[[], Mapping[str, str]]
    ) -> None:
        super().__init__(config, log)
        self._ask = together
        self._together: Mapping[str, str] | None = None

    def schedule(self) -> None:
        """Also when a worker takes the place of one that crashed."""
        super().schedule()
        if self.collection is not None and not self.workqueue:
            # A worker keeps its last test until it hears that no other follows.
            for node in self.nodes:
                if not node.shutting_down:
                    node.shutdown()

    def _assign_work_unit(self, node: Any) -> None:
        if DESTRUCTIVE in self.workqueue:
            self.workqueue.move_to_end(DESTRUCTIVE, last=False)
        super()._assign_work_unit(node)

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
        if self._together is None:
            self._together = self._ask()
        return self._together.get(nodeid, nodeid)
