"""Crashing, cutting off and healing a real service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from harness.errors import HarnessError
from harness.stack.boot import running_stack
from harness.stack.docker_cli import docker
from harness.stack.running import ComposeStack
from harness.wire import HANG_TIMEOUT_S
from tests.harness.clone import Clone, things_of

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("by-hand")]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    folder = tmp_path_factory.mktemp("faults")
    clone = Clone(folder / "clone")
    # A second service, which asks for the first by its name.
    asker = {"image": "python:3.13-slim", "init": True, "command": "sleep infinity"}
    clone.compose({"asker": asker})
    with running_stack(clone.layout, logs=folder / "logs") as stack:
        yield stack
    assert things_of(clone.prefix) == {}


@pytest.fixture(autouse=True)
def well_again(stack: ComposeStack) -> Iterator[None]:
    yield
    stack.heal()
    assert requests.get(stack.url("web"), timeout=HANG_TIMEOUT_S).status_code == 200
    assert reaches_web(stack)


def reaches_web(stack: ComposeStack) -> bool:
    code = "import urllib.request as r; r.urlopen('http://web:8000', timeout=20)"
    return stack.exec("asker", "python", "-c", code).returncode == 0


def test_a_crashed_service_is_started_again_by_the_engine(stack: ComposeStack) -> None:
    before = stack.inspect("web")["State"]

    stack.crash("web")
    away = stack.wait_until_restarted("web")

    after = stack.inspect("web")
    assert after["RestartCount"] == 1
    assert after["State"]["StartedAt"] > before["StartedAt"]
    assert 0 < away < 30


def test_a_service_that_a_person_started_was_not_restarted(stack: ComposeStack) -> None:
    stack.restart("web")

    with pytest.raises(HarnessError, match="it was not the engine that started it again"):
        stack.wait_until_restarted("web")


def test_a_service_that_does_not_run_cannot_crash(stack: ComposeStack) -> None:
    stack.stop("web")

    with pytest.raises(HarnessError, match="web does not run, so it cannot crash"):
        stack.crash("web")


def test_a_service_that_is_cut_off_is_reached_by_nobody_and_comes_back(stack: ComposeStack) -> None:
    assert reaches_web(stack)

    stack.cut_off("web")

    assert stack.inspect("web")["State"]["Running"]
    assert not reaches_web(stack)
    with pytest.raises(requests.ConnectionError):
        requests.get(stack.url("web"), timeout=HANG_TIMEOUT_S)
    stack.reconnect("web")
    assert reaches_web(stack)
    assert requests.get(stack.url("web"), timeout=HANG_TIMEOUT_S).status_code == 200


@pytest.mark.parametrize("service", ["web", "asker"])
def test_healing_reconnects_a_service(stack: ComposeStack, service: str) -> None:
    stack.cut_off(service)


def test_healing_ends_a_pause(stack: ComposeStack) -> None:
    stack.pause("web")


def test_healing_brings_back_a_service_whose_container_is_gone(stack: ComposeStack) -> None:
    docker("rm", "--force", stack.inspect("web")["Id"])
    assert "web" not in stack.services
