"""The stacks of one test run, shared by all its processes (``pytest -n``).

Each is booted on first use, by whichever process needs it first, and removed by the one process
that outlives all others.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import leftovers
from harness.boot import boot
from harness.layout import Layout
from harness.once import Once
from harness.plan import Plan
from harness.preflight import preflight
from harness.stack import ComposeStack

SHARED = "shared"
BREAKABLE = "breakable"
_PLAN = ".plan.json"
_UP = ".up.json"


class SharedStacks:
    """One stack a role, for all processes of a test run.

    Args:
        folder: known to all processes of the run and to nobody else.
        layout: what is booted.
        logs: folder for the logs; each role gets a folder in it.
        owner: the mark of the process that will remove the stacks, or ``kept``.
        tell: is told in one line what takes its time.
    """

    def __init__(
        self, folder: Path, *, layout: Layout, logs: Path, owner: str, tell: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._once = Once(folder)
        self._layout = layout
        self._logs = logs
        self._owner = owner
        self._tell = tell

    def get(self, role: str) -> ComposeStack:
        """The run's stack for ``role``, booted now if it is not yet.

        Raises:
            HarnessError: it cannot be had; asked again, the answer is the same at once.
        """
        return ComposeStack(Plan.from_json(self._once.get(role, lambda: self._boot(role))))

    @contextmanager
    def alone(self, role: str) -> Iterator[ComposeStack]:
        """The stack for ``role``, with no other process using it; well again afterwards."""
        with self._once.alone_with(f"{role}-in-use"):
            stack = self.get(role)
            try:
                yield stack
            finally:
                stack.heal()

    def _boot(self, role: str) -> dict[str, object]:
        begun = time.monotonic()
        shutil.rmtree(self._logs / role, ignore_errors=True)  # those of the run before
        preflight(self._layout)
        leftovers.remove_dead()
        plan = Plan.new(
            self._layout, folder=self._folder, logs=self._logs / role, owner=self._owner
        )
        # Before anything is started: from here on, whoever removes the run's stacks finds it.
        (self._folder / f"{role}{_PLAN}").write_text(json.dumps(plan.to_json()))
        self._tell(f"booting {plan.name} (with images to build it takes minutes)")
        boot(plan)
        (self._folder / f"{plan.name}{_UP}").write_text(json.dumps(time.monotonic() - begun))
        return plan.to_json()


def begun(folder: Path) -> list[Plan]:
    """The stacks whose boot was begun, by whichever process of the run and however it ended."""
    files = sorted(folder.glob(f"*{_PLAN}"))
    return [Plan.from_json(json.loads(file.read_text())) for file in files]


def seconds_to_boot(folder: Path, plan: Plan) -> float | None:
    """Preflight, images, start and health together; None for a stack that did not come up."""
    file = folder / f"{plan.name}{_UP}"
    return float(json.loads(file.read_text())) if file.exists() else None
