"""What is heard of the engine while a stack starts, with a ``docker`` that only pretends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from harness.wait import wait_until
from harness.watch import Watch

# Says what happened, as `docker events` does, and what there is now, as `docker inspect` does.
DOCKER = """#!{python} -IS
import pathlib, sys, time
folder = pathlib.Path(__file__).parent
print((folder / sys.argv[1]).read_text(), flush=True)
if sys.argv[1] == "events":
    time.sleep(60)
"""


def died(code: int) -> str:
    """The event that a container ended."""
    about = {"com.docker.compose.service": "api", "exitCode": str(code)}
    return json.dumps({"Action": "die", "Actor": {"ID": "1", "Attributes": about}})


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what the engine says, of a service that it starts again."""
    docker = tmp_path / "docker"
    docker.write_text(DOCKER.format(python=sys.executable))
    docker.chmod(0o755)
    container = {"HostConfig": {"RestartPolicy": {"Name": "unless-stopped"}}}
    (tmp_path / "inspect").write_text(json.dumps([container]))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def watched(events: list[str], engine: Path) -> Watch:
    (engine / "events").write_text("\n".join(events))
    with Watch("a-project") as watch:
        wait_until(
            lambda: None if watch.ends else "nothing",
            what="an end is heard",
            seconds=10,
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
