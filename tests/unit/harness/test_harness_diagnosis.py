"""What ails a stack, in plain words: told from the engine's answers, without an engine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from harness.errors import NotInTimeError
from harness.stack import diagnosis


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
