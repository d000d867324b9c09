"""A stack that a person keeps: who uses it again, and who removes it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.stack import leftovers
from harness.stack.boot import how_to_remove, remove
from harness.stack.kept import find
from harness.stack.measure import StackFigures, measurements
from harness.stack.owner import Owner
from harness.stack.shared import BREAKABLE, SHARED, SharedStacks, begun, wake
from tests.harness.clone import Clone, docker, things_of

pytestmark = pytest.mark.containers


class Runs:
    """Test runs of one checkout, one after the other."""

    def __init__(self, clone: Clone, folder: Path) -> None:
        self.clone = clone
        self.told: list[str] = []
        self._folder = folder
        self._count = 0

    def run(self, role: str = SHARED, *, keep: bool = False) -> StackFigures:
        """A run that has its stack and ends."""
        stacks, folder = self.begin(keep=keep)
        try:
            with stacks:
                assert stacks.get(role).exec("web", "true").returncode == 0
        finally:
            for plan in begun(folder):
                remove(plan)
        [figures] = measurements(folder)
        return figures

    def begin(self, *, keep: bool) -> tuple[SharedStacks, Path]:
        self._count += 1
        folder = self._folder / f"run-{self._count}"
        folder.mkdir()
        self.told.clear()
        stacks = SharedStacks(
            folder,
            layout=self.clone.layout,
            logs=folder / "logs",
            owner=str(Owner.this_process()),
            keep=keep,
            tell=self.told.append,
        )
        return stacks, folder


@pytest.fixture
def runs(clone: Clone, tmp_path: Path) -> Iterator[Runs]:
    (tmp_path / "runs").mkdir()
    yield Runs(clone, tmp_path / "runs")
    for stack in leftovers.owners():
        if stack.startswith(clone.prefix):
            leftovers.remove(stack)


def started(stack: StackFigures) -> list[str]:
    return docker("inspect", "--format", "{{.State.StartedAt}}", f"{stack.name}-web-1")


def test_a_kept_stack_is_used_again_until_something_changes(runs: Runs) -> None:
    first = runs.run(keep=True)
    since = started(first)

    for keep in (True, False):
        again = runs.run(keep=keep)
        assert (again.name, again.reused, again.start) == (first.name, True, 0)
        assert started(first) == since
    # What was built to compare is gone again.
    assert {image.split()[0] for image in things_of(runs.clone.prefix)["image"]} == {
        f"{first.name}-web"
    }

    recipe = runs.clone.folder / "Dockerfile"
    recipe.write_text(recipe.read_text() + "ENV CHANGED=1\n")  # another image, of the same layers
    other = runs.run()
    assert other.name != first.name
    assert "the image of web changed since" in " ".join(runs.told)
    assert started(first) == since

    recipe.write_text(recipe.read_text().replace("ENV CHANGED=1", "RUN touch /changed"))
    replaced = runs.run(keep=True)
    assert f"{first.name} was kept by an earlier run" in " ".join(runs.told)
    assert set(leftovers.owners()) & {first.name, replaced.name} == {replaced.name}

    # As a person who follows what the harness printed.
    [kept] = find(runs.clone.layout)
    docker(*shlex.split(how_to_remove(kept.plan))[1:])
    assert things_of(runs.clone.prefix) == {}


def test_a_kept_stack_that_is_not_well_or_whose_compose_file_changed_is_not_used(
    runs: Runs,
) -> None:
    first = runs.run(keep=True)
    docker("stop", f"{first.name}-web-1")

    second = runs.run(keep=True)

    assert not second.reused
    assert "it is not well (web is exited" in " ".join(runs.told)
    runs.clone.compose(environment={"NEW": "1"})
    third = runs.run(keep=True)
    assert not third.reused
    assert "docker-compose.yml changed since" in " ".join(runs.told)


@pytest.mark.parametrize("how", ["folder", "file", "configs", "secrets", "environment"])
def test_a_kept_stack_is_not_used_once_what_it_is_given_to_read_changed(
    runs: Runs, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = runs.clone.folder / "settings" / "page.conf"
    settings.parent.mkdir()
    settings.write_text("colour: red")
    monkeypatch.setenv("COLOUR", "red")
    if how in ("folder", "file"):
        source = "./settings:/settings:ro" if how == "folder" else "./settings/page.conf:/page.conf"
        runs.clone.compose(volumes=["data:/data", source])
    else:
        kind = "secrets" if how == "environment" else how
        page = {"environment": "COLOUR"} if how == "environment" else {"file": str(settings)}
        uses: dict[str, Any] = {kind: ["page"]}
        runs.clone.compose(beside={kind: {"page": page}}, **uses)
    first = runs.run(keep=True)
    assert runs.run().name == first.name

    settings.write_text("colour: blue")
    monkeypatch.setenv("COLOUR", "blue")

    assert runs.run().name != first.name
    assert "what is mounted into web changed since" in " ".join(runs.told)


def test_a_run_beside_one_that_uses_the_kept_stack_has_its_own(runs: Runs) -> None:
    stacks, _ = runs.begin(keep=True)
    with stacks:
        kept = stacks.get(SHARED)

        beside = runs.run(keep=True)

    assert beside.name != kept.plan.name
    assert beside.name not in leftovers.owners()
    assert kept.plan.name in leftovers.owners()


def test_a_stack_to_break_is_never_kept(runs: Runs) -> None:
    broken = runs.run(BREAKABLE, keep=True)

    assert not broken.kept
    assert broken.name not in leftovers.owners()


def test_a_stack_that_is_not_asked_for_again_rests_and_one_that_is_wakes(runs: Runs) -> None:
    stacks, folder = runs.begin(keep=False)
    with stacks:
        with stacks.alone(BREAKABLE, last=True) as stack:
            assert not stack.inspect("web")["State"]["Paused"]
        assert stack.inspect("web")["State"]["Paused"]

        with stacks.alone(BREAKABLE, last=True) as again:
            assert again.exec("web", "true").returncode == 0
        assert stack.inspect("web")["State"]["Paused"]
        wake(folder)
        assert not stack.inspect("web")["State"]["Paused"]
    for plan in begun(folder):
        remove(plan)

    assert things_of(runs.clone.prefix) == {}
    assert "GET / HTTP" in (folder / "logs" / BREAKABLE / "web.log").read_text()


def test_a_stack_that_does_not_come_up_is_not_kept(runs: Runs) -> None:
    runs.clone.compose(command="exit 3", entrypoint=["sh", "-c"], restart="no")

    with pytest.raises(HarnessError):
        runs.run(keep=True)

    assert things_of(runs.clone.prefix) == {}
