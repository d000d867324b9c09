"""Boots a stack and removes it, and leaves its logs behind. Needs no pytest."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import diagnosis, leftovers
from harness.errors import HarnessError
from harness.layout import Layout
from harness.owner import KEPT, Owner
from harness.plan import Plan
from harness.preflight import preflight
from harness.stack import ComposeStack


def boot(plan: Plan) -> ComposeStack:
    """Builds the images and starts the services of ``plan``; returns when all of them answer.

    Whatever happens, :func:`remove` has to be called afterwards: after a failure it finds what
    there is by now, so that the logs are saved before anything goes.

    Raises:
        HarnessError: with the cause, by the name of the service, and its last log lines.
    """
    from harness.compose import label_everything

    plan.labels.write_text("{}")
    stack = ComposeStack(plan)
    labels = leftovers.labels(plan.name, plan.owner)
    plan.labels.write_text(json.dumps(label_everything(stack.compose.config(), labels), indent=1))
    try:
        stack.compose.start()
    except HarnessError as error:
        found = diagnosis.diagnose(plan.name, said=str(error))
        raise HarnessError(
            f"the stack did not come up: {found.causes}\n{error}\n{found.evidence}"
        ) from None
    stack.wait_until_well()
    return stack


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
    if plan.owner == KEPT:
        return
    try:
        ComposeStack(plan).compose.stop()
    finally:
        # The images, containers that ran beside, and whatever a start that was cut off left.
        leftovers.remove(plan.name)


def how_to_remove(plan: Plan) -> str:
    return f"docker compose -p {plan.name} down --volumes --rmi local"


@contextmanager
def running_stack(layout: Layout, *, logs: Path, keep: bool = False) -> Iterator[ComposeStack]:
    """A stack of its own for a ``with`` block.

    Args:
        layout: what to boot.
        logs: folder that the logs are saved to, also when the start fails.
        keep: leave it up; the caller has to tell a person of :func:`how_to_remove`.

    Raises:
        HarnessError: it cannot be booted here, or did not come up, or could not be removed.
    """
    preflight(layout)
    leftovers.remove_dead()
    owner = KEPT if keep else str(Owner.this_process())
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan.new(layout, folder=Path(folder), logs=logs, owner=owner)
        try:
            yield boot(plan)
        finally:
            remove(plan)
