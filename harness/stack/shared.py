"""The stacks of one test run, shared by all its processes (``pytest -n``).

Each is booted on first use, by whichever process needs it first, and removed by the one process
that outlives all others.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

from harness.errors import HarnessError
from harness.stack import kept, leftovers
from harness.stack.boot import build, make_ready, start
from harness.stack.compose_files import read
from harness.stack.layout import Layout
from harness.stack.measure import Laps, StackFigures
from harness.stack.once import Once
from harness.stack.plan import Plan
from harness.stack.running import ComposeStack
from harness.stack.usage import services_of

SHARED = "shared"
BREAKABLE = "breakable"
_PLAN, _RESTS = ".plan.json", ".rests"


class SharedStacks:
    """One stack a role, for all processes of a test run.

    Args:
        folder: known to all processes of the run and to nobody else.
        layout: what is booted.
        logs: folder for the logs; each role gets a folder in it.
        owner: the mark of the process that will remove the stacks.
        keep: leave the one that is not to be broken up for later runs.
        tell: is told in one line what takes its time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        layout: Layout,
        logs: Path,
        owner: str,
        keep: bool,
        tell: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._once = Once(folder)
        self._layout = layout
        self._logs = logs
        self._owner = owner
        self._keep = keep
        self._tell = tell
        self._held = ExitStack()
        self._claimed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Another run may use what this checkout keeps now. Removes nothing."""
        self._held.close()

    def get(self, role: str) -> ComposeStack:
        """The run's stack for ``role``, booted now if it is not yet.

        Raises:
            HarnessError: it cannot be had; asked again, the answer is the same at once.
        """
        return ComposeStack(Plan.from_json(self._once.get(role, lambda: self._boot(role))))

    @contextmanager
    def alone(self, role: str, *, last: bool = False) -> Iterator[ComposeStack]:
        """The stack for ``role``, with no other process using it; healed afterwards.

        Args:
            last: nobody is known to ask for it again. It is paused then, if the engine can: its
                probes of a stack take a tenth of a processor, which other tests need.
        """
        resting = self._folder / f"{role}{_RESTS}"
        with self._once.alone_with(f"{role}-in-use"):
            stack = self.get(role)
            if resting.exists():
                resting.unlink()
                stack.heal()
            try:
                yield stack
            finally:
                stack.heal()
                if last:
                    resting.touch()
                    with suppress(HarnessError):  # it proves nothing, and spares some time
                        stack.pause()

    def _boot(self, role: str) -> dict[str, object]:
        logs = self._logs / role
        shutil.rmtree(logs, ignore_errors=True)  # those of the run before
        laps = Laps()
        with laps.of("preflight"):
            make_ready(self._layout)
            source = read(self._layout.root)
        plan = Plan.new(self._layout, source, folder=self._folder, logs=logs, owner=self._owner)
        # Before anything is made: from here on, whoever removes the run's stacks finds it.
        self._note(role, plan)
        self._tell(f"booting {plan.name} (with images to build it takes minutes)")
        up_at = None
        try:
            with laps.of("build"):
                stack = build(plan)
            again = self._kept(stack) if role == SHARED else None
            if again is None:
                with laps.of("start"):
                    start(stack)
            else:
                leftovers.remove(plan.name)  # its images, which are the same
                stack, plan = again, again.plan
            up_at = time.time()
            if role == SHARED and self._keep and self._claimed and not plan.kept:
                plan = kept.keep(stack, kept.parts_of(stack))
            self._note(role, plan)
        finally:
            self._save_figures(plan, role, laps, up_at)
        return plan.to_json()

    def _save_figures(self, plan: Plan, role: str, laps: Laps, up_at: float | None) -> None:
        try:
            services = services_of(plan.name)
        except HarnessError:  # the engine is gone: there is a better error on its way then
            services = []
        StackFigures(
            name=plan.name,
            role=role,
            begun_at=laps.begun_at,
            preflight=laps["preflight"],
            build=laps["build"],
            start=laps["start"],
            up_at=up_at,
            reused=up_at is not None and not laps["start"],
            kept=plan.kept,
            services=services,
        ).save(self._folder)

    def _kept(self, stack: ComposeStack) -> ComposeStack | None:
        """A kept stack to use instead of ``stack``, which is built and not started."""
        if not self._keep and not kept.find(self._layout):
            return None
        self._claimed = self._held.enter_context(kept.claim(self._layout))
        if not self._claimed:
            self._tell("another run uses this checkout's kept stack: this run's own is not kept")
            return None
        parts = kept.parts_of(stack)
        return kept.reuse(stack.plan, parts, replace_it=self._keep, tell=self._tell)

    def _note(self, role: str, plan: Plan) -> None:
        (self._folder / f"{role}{_PLAN}").write_text(json.dumps(plan.to_json()))


def begun(folder: Path) -> list[Plan]:
    """The stacks whose boot was begun, by whichever process of the run and however it ended."""
    return [_plan(file) for file in sorted(folder.glob(f"*{_PLAN}"))]


def wake(folder: Path) -> None:
    """Wakes the stacks that were paused because no more tests needed them."""
    for mark in folder.glob(f"*{_RESTS}"):
        stack = ComposeStack(_plan(mark.with_suffix(_PLAN)))
        with suppress(HarnessError):  # whoever asks them next says that they do not answer
            states = {name: stack.inspect(name)["State"] for name in stack.services}
            stack.unpause(*[name for name, state in states.items() if state["Paused"]])


def _plan(file: Path) -> Plan:
    return Plan.from_json(json.loads(file.read_text()))
