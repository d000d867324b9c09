"""Finds by label what stacks of this harness left behind, and removes it.

Nothing without the label is ever touched, nor anything whose owner may still run.
"""

from __future__ import annotations

from harness.stack.docker_cli import docker, lines, run
from harness.stack.owner import Owner
from harness.stack.wait import wait_until

PREFIX = "compose-harness."
OWNER = f"{PREFIX}owner"
STACK = f"{PREFIX}stack"
REMOVAL_TIMEOUT_S = 60.0
"""For the engine to be done with what it was told to remove."""

# In the order in which they can be removed.
_LISTS = {
    "container": ("ps", "--all"),
    "network": ("network", "ls"),
    "volume": ("volume", "ls"),
    "image": ("image", "ls"),
}
_REMOVALS = {
    "container": ("rm", "--force", "--volumes"),
    "network": ("network", "rm"),
    "volume": ("volume", "rm", "--force"),
    "image": ("image", "rm", "--force"),
}


def labels(stack: str, owner: str) -> dict[str, str]:
    """What everything of one stack is labelled with."""
    return {STACK: stack, OWNER: owner}


def owners() -> dict[str, set[str]]:
    """Stack name -> owners, of all labelled things that the engine has."""
    found: dict[str, set[str]] = {}
    for kind in _LISTS:
        for stack, owner in _marks(kind):
            found.setdefault(stack, set()).add(owner)
    return found


def remove_dead() -> list[str]:
    """Removes what belongs to stacks whose owners are all gone; returns the names of those."""
    dead = [stack for stack, marks in owners().items() if all(map(_is_gone, marks))]
    for stack in dead:
        remove(stack)
    return dead


def remove(stack: str) -> list[str]:
    """Removes everything labelled as a part of ``stack``; returns what there was.

    Raises:
        NotInTimeError: something is still there afterwards.
    """
    there: dict[str, list[str]] = {}

    def still_there() -> str | None:
        # Someone else may be removing the same leftovers at the same moment. The engine refuses
        # what it is removing already, and a volume of a container that is not quite gone yet.
        left, said = [], []
        for kind in _LISTS:
            if found := _ids(kind, stack):
                there.setdefault(kind, found)
                said.append(run(["docker", *_REMOVALS[kind], *found], check=False).stderr.strip())
                left += [f"{kind} {thing}" for thing in _ids(kind, stack)]
        return f"{', '.join(left)}: {' '.join(said)}" if left else None

    wait_until(
        still_there,
        what=f"everything of {stack} is removed",
        seconds=REMOVAL_TIMEOUT_S,
        hint=f"docker rm/network rm/volume rm/image rm them by hand (label {STACK}={stack})",
    )
    return [f"{kind} {thing}" for kind, found in there.items() for thing in found]


def _ids(kind: str, stack: str) -> list[str]:
    return lines(docker(*_LISTS[kind], "--quiet", "--filter", f"label={STACK}={stack}"))


def _marks(kind: str) -> set[tuple[str, str]]:
    """(stack, owner) of every labelled thing of one kind."""
    having = ("--filter", f"label={OWNER}", "--filter", f"label={STACK}")
    if kind != "image":
        shown = f'{{{{.Label "{STACK}"}}}}\t{{{{.Label "{OWNER}"}}}}'
        found = lines(docker(*_LISTS[kind], *having, "--format", shown))
    else:  # the list of images cannot show labels
        shown = f'{{{{index .Config.Labels "{STACK}"}}}}\t{{{{index .Config.Labels "{OWNER}"}}}}'
        images = lines(docker(*_LISTS[kind], "--quiet", *having))
        # Another run may have removed its own since they were listed: that line is missing then.
        ask = ("image", "inspect", "--format", shown, *images)
        found = lines(docker(*ask, check=False)) if images else []
    return {(stack, owner) for stack, _, owner in (line.partition("\t") for line in found)}


def _is_gone(mark: str) -> bool:
    owner = Owner.parse(mark)
    return owner is not None and owner.is_gone()
