"""Boots a stack and removes it, and leaves its logs behind. Needs no pytest."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from harness.errors import HarnessError
from harness.stack import diagnosis, leftovers
from harness.stack.compose_files import read
from harness.stack.layout import Layout
from harness.stack.owner import Owner
from harness.stack.plan import Plan
from harness.stack.preflight import preflight
from harness.stack.running import ComposeStack
from harness.stack.watch import Watch


def make_ready(layout: Layout) -> None:
    """Looks whether ``layout`` can be booted here, and removes what dead runs left.

    Raises:
        HarnessError: it cannot; with the fix.
    """
    with ThreadPoolExecutor(1) as meanwhile:
        meanwhile.submit(import_module, "harness.stack.compose")  # testcontainers takes a second
        preflight(layout)
        leftovers.remove_dead()


def boot(plan: Plan) -> ComposeStack:
    """Builds the images and starts the services of ``plan``; returns when all of them answer.

    Whatever happens, :func:`remove` has to be called afterwards: after a failure it finds what
    there is by now, so that the logs are saved before anything goes.

    Raises:
        HarnessError: with the cause, by the name of the service, and its last log lines.
    """
    return start(build(plan))


def build(plan: Plan) -> ComposeStack:
    """A stack whose images are there and that is not started yet. Raises HarnessError."""
    stack = planned(plan)
    try:
        stack.compose.make_images()
    except HarnessError as error:
        raise _explained(plan, error) from None
    return stack


def planned(plan: Plan) -> ComposeStack:
    """The stack of ``plan``, with the compose file that makes it one of its own."""
    from harness.stack.compose import override_for

    plan.override.write_text("{}")
    stack = ComposeStack(plan)
    plan.override.write_text(override_for(stack.compose.config(), plan))
    return stack


def start(stack: ComposeStack) -> ComposeStack:
    """Starts a stack that was built; returns when all services answer. Raises HarnessError."""
    failure = None
    with Watch(stack.plan.name) as watch:
        try:
            stack.compose.bring_up(watch.on_start)
            stack.wait_until_well()
        except HarnessError as error:
            failure = error
    if failure is not None:  # the watch has ended, so what it heard is complete
        raise _explained(stack.plan, failure, watch) from None
    return stack


def _explained(plan: Plan, error: HarnessError, watch: Watch | None = None) -> HarnessError:
    found = diagnosis.diagnose(plan.name, said=str(error), ends=watch.ends if watch else {})
    said = f"the stack did not come up: {(watch and watch.cause) or found.causes}"
    return HarnessError(f"{said}\n{error}\n{found.evidence}")


def save_logs(plan: Plan) -> None:
    """Writes what every container of the stack printed, and its state, to ``plan.logs``."""
    plan.logs.mkdir(parents=True, exist_ok=True)
    for container in diagnosis.containers(plan.name):
        service = container["Config"]["Labels"][diagnosis.SERVICE]
        (plan.logs / f"{service}.log").write_text(
            diagnosis.log_of(container["Id"], times=True) + "\n"
        )
        (plan.logs / f"{service}.inspect.json").write_text(json.dumps(container, indent=1))


def remove(plan: Plan) -> None:
    """Saves the logs and removes all that the stack consists of, its images too.

    Raises:
        HarnessError: something could not be removed; it says what.
    """
    save_logs(plan)
    if plan.kept:
        return
    try:
        if plan.override.exists():  # before it does, nothing is made
            ComposeStack(plan).compose.stop()
    finally:
        # Images, sidecars, and the remains of a start that was cut off.
        leftovers.remove(plan.name)


def how_to_remove(plan: Plan) -> str:
    return f"docker compose -p {plan.name} down --volumes --rmi local"


@contextmanager
def running_stack(layout: Layout, *, logs: Path) -> Iterator[ComposeStack]:
    """A stack of its own for a ``with`` block.

    Args:
        layout: what to boot.
        logs: folder that the logs are saved to, also when the start fails.

    Raises:
        HarnessError: it cannot be booted here, or did not come up, or could not be removed.
    """
    make_ready(layout)
    with tempfile.TemporaryDirectory() as folder:
        owner = str(Owner.this_process())
        plan = Plan.new(layout, read(layout.root), folder=Path(folder), logs=logs, owner=owner)
        try:
            yield boot(plan)
        finally:
            remove(plan)
