"""What stacks left in the engine is removed, and nothing else; without an engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from subprocess import CompletedProcess

import pytest

from harness.errors import HarnessError
from harness.stack import leftovers
from harness.stack.owner import KEPT, Owner

ALIVE = Owner.this_process()
DEAD = Owner(ALIVE.place, ALIVE.pid, started="long ago")


@dataclass
class Engine:
    """Stands in for ``docker``: things by kind, id and labels, forgotten when they are removed."""

    things: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    clings: str = ""
    clings_for: int = 0
    """How many removals do nothing yet."""

    def add(self, stack: str, owner: object) -> None:
        for kind in ("container", "network", "volume", "image"):
            self.things.append((kind, f"{kind}-of-{stack}", leftovers.labels(stack, str(owner))))

    def names(self) -> set[str]:
        return {name for _, name, _ in self.things}

    def __call__(self, *words: str, check: bool = True) -> str:
        kind = {"ps": "container", "rm": "container"}.get(words[0], words[0])
        if "rm" in words[:2]:
            gone = set(words) - {self.clings}
            self.things = [
                thing for thing in self.things if (thing[1] not in gone or thing[0] != kind)
            ]
            return ""
        if words[:2] == ("image", "inspect"):
            found = [thing for thing in self.things if thing[1] in words]
        else:
            found = [
                thing for thing in self.things if thing[0] == kind and self._fits(thing[2], words)
            ]
        if "--quiet" in words:
            return "\n".join(name for _, name, _ in found)
        return "\n".join(
            f"{thing[leftovers.STACK]}\t{thing[leftovers.OWNER]}" for *_, thing in found
        )

    def run(self, command: list[str], *, check: bool) -> CompletedProcess[str]:
        said = f"{self.clings} is in use" if self.clings in command else ""
        if self.clings_for > 0:
            self.clings_for -= 1
            return CompletedProcess(command, 1, "", said)
        return CompletedProcess(command, 0, self(*command[1:]), said)

    @staticmethod
    def _fits(labels: dict[str, str], words: tuple[str, ...]) -> bool:
        wanted = [word.removeprefix("label=") for word in words if word.startswith("label=")]
        return all(
            key in labels and (not equals or labels[key] == value)
            for key, equals, value in (label.partition("=") for label in wanted)
        )


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    engine.things.append(("container", "somebody-elses", {"com.docker.compose.project": "x"}))
    monkeypatch.setattr(leftovers, "docker", engine)
    monkeypatch.setattr(leftovers, "run", engine.run)
    return engine


def test_what_a_dead_run_left_is_removed_and_nothing_else(engine: Engine) -> None:
    engine.add("dead", DEAD)
    engine.add("alive", ALIVE)
    engine.add("elsewhere", Owner("another machine", 1, "then"))
    engine.add("kept", DEAD)
    engine.things.append(("volume", "mark-of-kept", leftovers.labels("kept", KEPT)))
    others = {name for name in engine.names() if not name.endswith("-of-dead")}

    assert leftovers.remove_dead() == ["dead"]
    assert engine.names() == others


def test_a_stack_with_one_living_owner_stays(engine: Engine) -> None:
    engine.add("shared", DEAD)
    engine.add("shared", ALIVE)
    before = engine.names()

    assert leftovers.remove_dead() == []
    assert engine.names() == before


def test_removing_a_stack_removes_every_kind_of_thing(engine: Engine) -> None:
    engine.add("mine", ALIVE)

    gone = leftovers.remove("mine")

    assert [thing.split()[0] for thing in gone] == ["container", "network", "volume", "image"]
    assert engine.names() == {"somebody-elses"}


def test_what_is_being_removed_by_another_run_is_waited_for(engine: Engine) -> None:
    engine.add("mine", ALIVE)
    engine.clings_for = 3

    gone = leftovers.remove("mine")

    assert [thing.split()[0] for thing in gone] == ["container", "network", "volume", "image"]
    assert engine.names() == {"somebody-elses"}


def test_what_cannot_be_removed_is_named_with_the_engines_reason(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "REMOVAL_TIMEOUT_S", 0.2)
    engine.add("mine", ALIVE)
    engine.clings = "volume-of-mine"

    with pytest.raises(HarnessError, match="volume volume-of-mine: volume-of-mine is in use"):
        leftovers.remove("mine")
