"""Stacks that a person asked to keep, and whether this run may use one again.

A volume of its own marks such a stack. It is made once all is well, so that a half-started stack of
a dead run does not count as kept, and it holds what the next run must know.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import HarnessError
from harness.stack import leftovers
from harness.stack.boot import how_to_remove, planned
from harness.stack.compose_files import files_in
from harness.stack.diagnosis import PROJECT
from harness.stack.docker_cli import docker, lines
from harness.stack.layout import Layout
from harness.stack.mounted import mounted_into
from harness.stack.owner import KEPT
from harness.stack.plan import Plan
from harness.stack.running import ComposeStack

LABEL = f"{leftovers.PREFIX}kept"
VOLUME = "com.docker.compose.volume"  # `docker compose down` finds a volume by this and its project
HEALTHY_TIMEOUT_S = 15.0
"""For a stack that was up before this run: until the engine has asked its services once more."""


@dataclass(frozen=True)
class Kept:
    """A stack, and what it was made of: part -> fingerprint."""

    plan: Plan
    parts: Mapping[str, str]


def parts_of(stack: ComposeStack) -> dict[str, str]:
    """What ``stack``, which is built, is made of; equal for another one from the same sources."""
    from harness.stack.compose import ProjectCompose

    layout, plan = stack.plan.layout, stack.plan
    # The names and numbers that differ from stack to stack are the same in all of these.
    ports = {name: str(number) for number, name in enumerate(plan.source.variables, start=1)}
    config = ProjectCompose(layout.prefix, layout.root, plan.files, ports).config()
    found = {", ".join(plan.source.files): _fingerprint(config)}
    for name, service in config["services"].items():
        image = service.get("image") or f"{plan.name}-{name}"
        asked = docker("image", "inspect", "--format", "{{json .}}", image, check=False)
        found[f"the image of {name}"] = _fingerprint(_content(json.loads(asked or "null")))
        if files := mounted_into(service, config, layout.root):
            found[f"what is mounted into {name}"] = _fingerprint(files)
    return found


def keep(stack: ComposeStack, parts: Mapping[str, str]) -> Plan:
    """Marks a stack that is well as one that stays; returns its plan from now on."""
    plan = replace(stack.plan, kept=True)
    noted = json.dumps({"plan": plan.to_json(), "parts": dict(parts)})
    labels = leftovers.labels(plan.name, KEPT)
    labels |= {LABEL: noted, PROJECT: plan.name, VOLUME: "kept"}
    options = [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
    docker("volume", "create", *options, f"{plan.name}_kept")
    return plan


def find(layout: Layout) -> list[Kept]:
    """The kept stacks of this checkout."""
    names = lines(docker("volume", "ls", "--quiet", "--filter", f"label={LABEL}"))
    marks = json.loads(docker("volume", "inspect", *names)) if names else []
    noted = [json.loads(mark["Labels"][LABEL]) for mark in marks]
    found = [Kept(Plan.from_json(note["plan"]), note["parts"]) for note in noted]
    return [kept for kept in found if kept.plan.layout == layout]


def reuse(
    plan: Plan, parts: Mapping[str, str], *, replace_it: bool, tell: Callable[[str], None]
) -> ComposeStack | None:
    """The kept stack to be used instead of that of ``plan``; None where none is fit for it.

    Args:
        plan: of the stack that would be started otherwise.
        parts: what that one is made of.
        replace_it: remove a kept stack that is not fit.
        tell: is told what became of those that were kept.
    """
    for kept in find(plan.layout):
        # The override went with the run that wrote it.
        name = kept.plan.name
        found = replace(kept.plan, override=plan.override.with_name(f"{name}.override.yml"))
        stack = planned(replace(found, logs=plan.logs))
        why_not = _why_not(stack, kept.parts, parts)
        if why_not is None:
            tell(f"{name} was kept by an earlier run and is used again")
            return stack
        if replace_it:
            tell(f"{name} was kept by an earlier run, but {why_not}: it is removed")
            leftovers.remove(name)
        else:
            tell(
                f"{name} was kept by an earlier run and is left alone, because {why_not}. "
                f"--keep-stack replaces it, {how_to_remove(kept.plan)} removes it"
            )
    return None


@contextmanager
def claim(layout: Layout) -> Iterator[bool]:
    """Whether this process may use what this checkout keeps: one run at a time may.

    The lock is the kernel's: it ends with the process, however that ends.
    """
    with (layout.root / files_in(layout.root)[0]).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _why_not(stack: ComposeStack, then: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    changed = [part for part in now if then.get(part) != now[part]]
    if changed:
        return f"{', '.join(changed)} changed since"
    try:
        stack.wait_until_well(*stack.planned_services, seconds=HEALTHY_TIMEOUT_S)
    except HarnessError as error:
        return f"it is not well ({str(error).splitlines()[0]})"
    return None


def _content(image: dict[str, Any] | None) -> object:
    """What makes an image what it is: neither its name nor its labels do."""
    if image is None:
        return None
    config = {key: value for key, value in image["Config"].items() if key != "Labels"}
    return [image["RootFS"], config]


def _fingerprint(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
