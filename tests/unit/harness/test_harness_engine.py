"""What the harness makes of the Docker engine's answers, without an engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from harness.errors import HarnessError, NotInTimeError
from harness.stack import diagnosis, leftovers
from harness.stack.compose import ProjectCompose
from harness.stack.docker_cli import environment, run
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


def container(**state: Any) -> dict[str, Any]:
    """What ``docker inspect`` says of a healthy container, but for ``state``."""
    restarts, policy = state.pop("restarts", 0), state.pop("policy", "unless-stopped")
    healthy = {"Status": "healthy", "Log": []}
    return {
        "Id": "c1",
        "State": {
            "Status": "running",
            "Restarting": False,
            "ExitCode": 0,
            "Health": healthy,
            **state,
        },
        "RestartCount": restarts,
        "HostConfig": {"Memory": 64 * 2**20, "RestartPolicy": {"Name": policy}},
        "Config": {"Labels": {diagnosis.SERVICE: "api"}},
    }


UNHEALTHY = {"Status": "unhealthy", "Log": [{"Output": "first\nHTTP Error 503\n"}]}
STARTING = {"Status": "starting", "Log": []}


@pytest.mark.parametrize(
    ("inspected", "said"),
    [
        (container(), None),
        (container(Health=None), None),
        (container(Health=UNHEALTHY), "is unhealthy: HTTP Error 503"),
        (container(Health=STARTING), "is starting: its probe has not run yet"),
        (container(Status="exited", ExitCode=3), "is exited with exit code 3"),
        (
            container(Status="created", ExitCode=128, Error="port is taken"),
            "is created with exit code 128: port is taken",
        ),
        (container(Status="exited", ExitCode=0), "is exited with exit code 0"),
        (container(Status="exited", ExitCode=0, policy="no"), None),
        (container(Status="paused"), "is paused with exit code 0"),
        (
            container(Status="exited", ExitCode=137, OOMKilled=True),
            "was killed for want of memory (its limit is 64 MiB)",
        ),
        (
            container(Restarting=True, restarts=4),
            "ends again and again (crash loop, 4 restarts)",
        ),
        (
            container(Health=STARTING, restarts=2),
            "ends again and again (crash loop, 2 restarts)",
        ),
        (container(Health=STARTING, restarts=1), "is starting: its probe has not run yet"),
        (container(restarts=1), None),
    ],
)
def test_what_ails_a_container_is_said_in_a_few_words(
    inspected: dict[str, Any], said: str | None
) -> None:
    assert diagnosis.what_ails(inspected) == said


@pytest.fixture
def ailing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the containers that ``diagnosis`` finds; each printed 40 lines."""

    def containers(*found: dict[str, Any]) -> None:
        monkeypatch.setattr(diagnosis, "containers", lambda _: list(found))

    printed = "\n".join(f"line {number}" for number in range(40))
    monkeypatch.setattr(diagnosis, "log_of", lambda _: printed)
    return containers


@pytest.mark.parametrize(
    ("inspected", "hopeless"),
    [
        (container(Health=STARTING), False),
        (container(Health=UNHEALTHY), False),
        (container(Status="paused"), False),
        (container(Restarting=True, Status="restarting", restarts=1), False),
        (container(Restarting=True, Status="restarting", restarts=2), True),
        (container(Status="exited", ExitCode=3), True),
        (container(Status="running", OOMKilled=True), True),
    ],
)
def test_waiting_ends_where_it_does_not_help(
    ailing: Callable[..., None], inspected: dict[str, Any], hopeless: bool
) -> None:
    ailing(inspected)

    refused = pytest.raises(NotInTimeError, match=r"api .*, and waiting does not help")
    with refused if hopeless else nullcontext():
        diagnosis.give_up(inspected, restarts=0)


def test_a_service_that_was_restarted_before_is_waited_for(ailing: Callable[..., None]) -> None:
    diagnosis.give_up(container(Health=STARTING, restarts=3), restarts=2)


def test_a_diagnosis_names_the_service_and_shows_its_last_30_lines(
    ailing: Callable[..., None],
) -> None:
    ailing(container(Status="exited", ExitCode=3))

    found = diagnosis.diagnose("project")

    assert found.causes == "api is exited with exit code 3"
    assert "the last lines of api" in found.evidence
    assert "line 10\n" in found.evidence
    assert "line 9\n" not in found.evidence


@pytest.mark.parametrize(
    ("health", "causes"),
    [
        (STARTING, "api ended with exit code 3"),
        (UNHEALTHY, "api is unhealthy: HTTP Error 503; api ended with exit code 3"),
    ],
    ids=["starting", "unhealthy"],
)
def test_an_end_before_the_last_start_is_told(
    ailing: Callable[..., None], health: dict[str, Any], causes: str
) -> None:
    ailing(container(Health=health))

    assert diagnosis.diagnose("project", ends={"api": "ended with exit code 3"}).causes == causes


def test_a_service_that_waited_for_another_is_not_the_cause(ailing: Callable[..., None]) -> None:
    ailing(container(Status="created"))

    assert diagnosis.diagnose("project").causes == "no service says why, see below"


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("Bind for 127.0.0.1:8000 failed: port is already allocated", "a host port is taken"),
        ("write /x: no space left on device", "the disk is full"),
        ("failed to solve: process /bin/sh", "an image cannot be built"),
    ],
)
def test_what_the_engine_says_is_put_in_plain_words(
    ailing: Callable[..., None], said: str, meaning: str
) -> None:
    ailing()

    assert meaning in diagnosis.diagnose("project", said=said).causes


def test_every_compose_command_names_the_project(tmp_path: Path) -> None:
    compose = ProjectCompose("mine", tmp_path, [tmp_path / "a.yml", tmp_path / "b.json"], {})

    command = compose.compose_command_property

    assert command[1:4] == ["compose", "--project-name", "mine"]
    assert command[4:] == ["-f", f"{tmp_path}/a.yml", "-f", f"{tmp_path}/b.json"]


def test_a_project_that_the_shell_names_does_not_reach_compose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "house-price")
    monkeypatch.setenv("COMPOSE_FILE", "another.yml")
    monkeypatch.setenv("COMPOSE_PROFILES", "debug")
    monkeypatch.setenv("API_PORT", "8000")

    found = environment({"API_PORT": "20001"})

    assert {"COMPOSE_PROJECT_NAME", "COMPOSE_FILE"}.isdisjoint(found)
    assert found["COMPOSE_PROFILES"] == "debug", "it decides what `docker compose up` starts"
    assert found["API_PORT"] == "20001"


def test_a_command_that_takes_too_long_is_ended_and_says_what_it_printed() -> None:
    begun = time.monotonic()
    run(["sh", "-c", "echo so far"])
    seconds = round(1 + 20 * (time.monotonic() - begun))  # as much as it needs to print, on any day

    with pytest.raises(HarnessError, match=rf"not done within {seconds} s\nso far"):
        run(["sh", "-c", "echo so far; exec sleep 300"], seconds=seconds)


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(HarnessError, match="exit 3\nno such thing"):
        run(["python3", "-c", "import sys; print('no such thing', file=sys.stderr); sys.exit(3)"])
