"""What is heard of the engine while a stack starts, with a ``docker`` that only pretends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.stack import boot
from harness.stack.compose_files import ComposeFiles
from harness.stack.layout import Layout
from harness.stack.plan import Plan
from harness.stack.running import ComposeStack
from harness.stack.wait import wait_until
from harness.stack.watch import Watch

# Says what happened, as `docker events` does, and what there is now, as `docker inspect` does.
# `docker compose up` gives up once all is said.
DOCKER = """#!{python} -IS
import pathlib, sys, time
folder, word = pathlib.Path(__file__).parent, sys.argv[1]
said = folder / "said"
if word == "compose":
    while not said.exists():
        time.sleep(0.01)  # between two looks; the test's own limit ends a wait for nothing
    sys.exit("container api-1 exited (3)")
print((folder / word).read_text(), flush=True)
if word == "events":
    said.touch()
    time.sleep(60)  # it listens on, and whoever asked ends it
"""
LABEL = "com.docker.compose.service"
# What compose leaves behind when it gives up on a service that the engine has started again.
STARTS = {
    "Id": "1",
    "Config": {"Labels": {LABEL: "api"}},
    "HostConfig": {"RestartPolicy": {"Name": "unless-stopped"}},
    "RestartCount": 1,
    "State": {
        "Status": "running", "Restarting": False, "ExitCode": 0,
        "Health": {"Status": "starting", "Log": []},
    },
}  # fmt: skip
SOURCE = ComposeFiles(("docker-compose.yml",), {"api": ()}, {})


def died(code: int) -> str:
    """The event that a container ended."""
    about = {LABEL: "api", "exitCode": str(code)}
    return json.dumps({"Action": "die", "Actor": {"ID": "1", "Attributes": about}})


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what the engine says, of a service that it starts again."""
    docker = tmp_path / "docker"
    docker.write_text(DOCKER.format(python=sys.executable))
    docker.chmod(0o755)
    (tmp_path / "inspect").write_text(json.dumps([STARTS]))
    (tmp_path / "ps").write_text("1")
    (tmp_path / "logs").write_text("2026-01-01T00:00:00Z no model")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def watched(events: list[str], engine: Path) -> Watch:
    (engine / "events").write_text("\n".join(events))
    with Watch("a-project") as watch:
        wait_until(
            lambda: None if watch.ends else "nothing",
            what="an end is heard",
            hint="the pretended docker",
        )
    return watch


def test_how_a_service_ended_that_runs_again_is_remembered(engine: Path) -> None:
    """Where compose gives up, its container runs again and tells nothing of it."""
    watch = watched([died(3)], engine)

    assert watch.ends == {"api": "ended with exit code 3 and was started again"}
    assert watch.cause is None, "once may be bad luck"


def test_a_service_that_ends_twice_is_the_end(engine: Path) -> None:
    watch = watched([died(3), died(4)], engine)

    assert watch.cause == "api ends again and again (crash loop, last exit code 4)"


def test_a_stack_that_compose_gave_up_names_how_its_service_ended(
    engine: Path, tmp_path: Path
) -> None:
    (engine / "events").write_text(died(3))
    plan = Plan.new(Layout(tmp_path), SOURCE, folder=tmp_path, logs=tmp_path, owner="")

    with pytest.raises(HarnessError) as caught:
        boot.start(ComposeStack(plan))

    cause, *more = str(caught.value).splitlines()
    assert cause == "the stack did not come up: api ended with exit code 3 and was started again"
    assert "no model" in more
