"""What a boot takes, as it is measured with real containers; what is waited for, and how long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import NotInTimeError
from harness.stack.boot import remove
from harness.stack.measure import StackFigures, measurements
from harness.stack.owner import Owner
from harness.stack.ports import free_ports
from harness.stack.running import ComposeStack
from harness.stack.shared import SHARED, SharedStacks, begun
from harness.stack.usage import with_memory
from harness.stack.wait import probe, wait_until_answers
from tests.harness.clone import Clone, things_of

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("measured")]

# Ends at once where the other service, which shares its volume, has left a file.
WEB = "test ! -e /data/broken || exit 3; exec python -m http.server 8000 --directory /data"
ONCE = {"image": "python:3.13-slim", "command": "true"}
OTHER = {
    "image": "python:3.13-slim",
    "init": True,
    "command": "sleep infinity",
    "volumes": ["data:/data"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def stack(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    clone = Clone(tmp_path_factory.mktemp("measured") / "clone")
    needs = {"once": {"condition": "service_completed_successfully"}}
    clone.compose({"once": ONCE, "other": OTHER}, command=["sh", "-c", WEB], depends_on=needs)
    owner = str(Owner.this_process())
    with SharedStacks(
        folder, layout=clone.layout, logs=folder / "logs", owner=owner, keep=False, tell=print
    ) as stacks:
        try:
            yield stacks.get(SHARED)
        finally:
            for plan in begun(folder):
                remove(plan)
    assert things_of(clone.prefix) == {}


@pytest.fixture(scope="module")
def figures(stack: ComposeStack, folder: Path) -> StackFigures:
    [figures] = with_memory(measurements(folder))
    return figures


def test_the_parts_of_a_boot_are_its_whole(figures: StackFigures) -> None:
    parts = figures.preflight, figures.build, figures.start

    assert figures.seconds == pytest.approx(sum(parts), rel=0.1, abs=0.5)
    assert min(parts) > 0


def test_a_service_has_times_memory_and_image(figures: StackFigures) -> None:
    [web] = [service for service in figures.services if service.service == "web"]

    assert figures.up_at is not None
    assert web.started_at is not None
    assert web.healthy_at is not None
    assert figures.begun_at < web.started_at < web.healthy_at < figures.up_at
    assert web.memory_bytes is not None
    assert 10**6 < web.memory_bytes < 10**9
    assert web.image_tags == [f"{figures.name}-web:latest"]
    assert web.image_bytes > 10**6
    assert not [key for key in web.image_labels if "harness" in key or "compose" in key]


def test_a_service_that_had_one_thing_to_do_is_well_when_it_has_done_it(
    figures: StackFigures,
) -> None:
    [once] = [service for service in figures.services if service.service == "once"]

    assert once.memory_bytes is None
    assert once.healthy_at is None


def test_a_service_that_ends_after_its_start_is_not_waited_for(stack: ComposeStack) -> None:
    assert stack.exec("other", "touch", "/data/broken").returncode == 0
    try:
        with pytest.raises(NotInTimeError) as caught:
            stack.restart("web")
    finally:
        stack.exec("other", "rm", "/data/broken")
        stack.heal()

    assert "web ends again and again" in str(caught.value)
    assert "waiting does not help" in str(caught.value)


def test_an_address_that_does_not_answer_is_told_with_all_that_helps(stack: ComposeStack) -> None:
    [port] = free_ports(1)
    address = f"http://127.0.0.1:{port}/"

    with pytest.raises(NotInTimeError) as caught:
        wait_until_answers("web", address, probe(address), lambda: stack.inspect("web"), seconds=0)

    first, title, *log = str(caught.value).splitlines()
    assert first.startswith(f"web answers through its port ({address}): not within 0 s. Last seen:")
    assert "Connection refused" in first
    assert "Hint: is its port published?" in first
    assert title == "--- the last lines of web ---"
    assert "GET / HTTP" in "\n".join(log)
    assert len(log) <= 30
