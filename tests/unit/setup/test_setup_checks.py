"""``make up`` names what is missing, with cause and fix on one line, and all of it at once."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.setup.setup_scripts import Machine

CHECKS = ("python", "disk", "engine", "name", "ports")
TRIES, SLOWEST = 3, 5
"""The fastest of three runs counts: a busy machine only adds to a time."""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def errors(text: str) -> list[str]:
    assert all(line.startswith("error: ") for line in text.splitlines()), text
    return text.splitlines()


def timed(
    machine: Machine, env: Mapping[str, str]
) -> tuple[subprocess.CompletedProcess[str], float]:
    """All checks, and the seconds that they took."""
    begun = time.monotonic()
    return machine.run("preflight.sh", *CHECKS, env=env), time.monotonic() - begun


def test_ready_machine_passes_and_nothing_is_changed(machine: Machine) -> None:
    machine.docker()
    done = machine.run("preflight.sh", *CHECKS)
    assert (done.returncode, done.stderr) == (0, "")
    assert not [call for call in machine.calls() if call.startswith(("pull", "run", "compose up"))]


def test_ready_engine_is_left_alone(machine: Machine) -> None:
    machine.docker()
    machine.command("apt-get", "exit 99")
    done = machine.run("engine.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_stack_of_another_checkout_is_neither_replaced_nor_stopped(machine: Machine) -> None:
    machine.docker(stack_of="/home/someone/clone")
    for script in (("preflight.sh", *CHECKS), ("down.sh",), ("clean.sh",)):
        done = machine.run(*script, env={"YES": "1"})
        assert done.returncode == 1
        (line,) = errors(done.stderr)
        assert "the stack is that of /home/someone/clone" in line
        assert "COMPOSE_PROJECT_NAME" in line
    assert not [call for call in machine.calls() if call.startswith(("compose down", "compose up"))]


def test_stack_of_this_checkout_is_its_own(machine: Machine) -> None:
    machine.docker(stack_of=str(machine.root))
    assert machine.run("preflight.sh", "name").returncode == 0


@pytest.mark.parametrize("script", [("engine.sh",), ("engine.sh", "--check")])
def test_no_engine_is_one_line_that_names_make_dev(
    machine: Machine, script: tuple[str, ...]
) -> None:
    machine.command("apt-get", f"touch {machine.root}/installed")
    done = machine.run(*script, env={"NO_ENGINE": "1"})
    assert done.returncode == 1
    (line,) = errors(done.stderr)
    assert "NO_ENGINE=1" in line
    assert line.endswith("make dev")
    assert not (machine.root / "installed").exists()


def test_unsupported_system_says_what_to_install(machine: Machine, tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text("ID=fedora\nVERSION_ID=42\n")
    done = machine.run("engine.sh", env={"OS_RELEASE": str(release)})
    (line,) = errors(done.stderr)
    assert "compose 2.24+" in line
    assert "docs.docker.com" in line
    assert "make dev" in line


@pytest.mark.parametrize(
    ("compose", "engine", "enough"),
    [
        ("2.24.0", "25.0.0", True),
        ("v2.26.1-4", "26.1.5+dfsg1", True),
        ("2.23.9", "27.0.0", False),
        ("1.29.2", "27.0.0", False),
        ("2.9.0", "27.0.0", False),
        ("2.30.0", "24.0.9", False),
    ],
)
def test_versions(machine: Machine, compose: str, engine: str, enough: bool) -> None:
    machine.docker(compose=compose, engine=engine)
    done = machine.run("preflight.sh", "engine", env={"NO_ENGINE": "1"})
    assert (done.returncode == 0) is enough
    if not enough:
        (line,) = errors(done.stderr)
        assert "compose 2.24+" in line


def test_engine_that_is_elsewhere_is_named(machine: Machine) -> None:
    done = machine.run("engine.sh", "--check", env={"DOCKER_HOST": "tcp://192.0.2.9:1"})
    (line,) = errors(done.stderr)
    assert "DOCKER_HOST=tcp://192.0.2.9:1" in line


def test_all_problems_at_once_and_none_is_waited_for(machine: Machine) -> None:
    """Compared with a machine that is ready, in the same minute: each asks what the other does."""
    machine.docker()
    ready_s = min(timed(machine, {})[1] for _ in range(TRIES))
    (machine.commands / "docker").unlink()
    machine.command("python3", "exit 1")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        missing = {
            "MIN_DISK_GB": "999999",
            "NO_ENGINE": "1",
            "API_PORT": port,
            "UI_PORT": "70000",
            "MLFLOW_PORT": "five",
        }
        runs = [timed(machine, missing) for _ in range(TRIES)]
    done, took_s = min(runs, key=lambda run: run[1])
    assert took_s <= SLOWEST * ready_s, f"{took_s:.1f} s; a ready machine takes {ready_s:.1f} s"
    assert done.returncode == 1
    python, disk, engine, mlflow, api, form = errors(done.stderr)
    assert "no Python 3.11 or later" in python
    assert "999999 GB are needed" in disk
    assert "make dev" in engine
    assert "MLFLOW_PORT=five" in mlflow
    assert f"port {port} (fastapi) is taken" in api
    assert f"API_PORT={int(port) + 1}" in api
    assert "UI_PORT=70000" in form


def test_port_of_our_own_running_stack_is_no_problem_for_up(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        machine.docker()
        machine.command(
            "docker", f'[[ "$*" == "compose port streamlit 8501" ]] && echo 127.0.0.1:{port}'
        )
        up = machine.run("preflight.sh", "ports", env={"UI_PORT": port})
        dev = machine.run("preflight.sh", "free-ports", env={"UI_PORT": port})
    assert up.returncode == 0, up.stderr
    (line,) = errors(dev.stderr)
    assert "make down" in line


def test_images_that_are_there_are_not_pulled(machine: Machine) -> None:
    machine.docker(images=True)
    done = machine.run("images.sh")
    assert done.returncode == 0, done.stderr
    assert not [call for call in machine.calls() if call.startswith("pull")]
    assert "STAND-IN" not in done.stdout


def test_no_stand_in_where_it_cannot_be_made(machine: Machine, tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text("ID=fedora\nVERSION_ID=42\n")
    machine.docker(images=False)
    done = machine.run("images.sh", env={"OS_RELEASE": str(release)})
    assert done.returncode == 1
    assert "the registry refuses" in done.stdout
    assert "STAND-IN for python:" in done.stdout  # announced before anything is built
    assert errors(done.stderr)[-1].endswith("make dev")


def test_registry_that_never_answers_is_given_up(machine: Machine) -> None:
    machine.docker(images=False)
    script = machine.root / "setup" / "images.sh"
    script.write_text(script.read_text().replace("REGISTRY_TIMEOUT_S=25", "REGISTRY_TIMEOUT_S=1"))
    # Longer than any script may run.
    machine.command("docker", '[[ "$1" == pull ]] && exec sleep 300; [[ "$1" != image ]]')
    done = machine.run("images.sh", env={"NO_ENGINE": "1", "OS_RELEASE": "/dev/null"})
    assert "did not answer within 1 s" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("forbidden", [True, False])
def test_system_packages_only_announced_as_root_and_allowed(
    machine: Machine, tmp_path: Path, forbidden: bool
) -> None:
    release = tmp_path / "os-release"
    release.write_text("ID=debian\nVERSION_ID=13\n")
    machine.docker(images=False)
    machine.command("apt-get", f'echo "apt-get $*" >>"{machine.root}/calls"; exit 1')
    env = {"OS_RELEASE": str(release), "NO_ENGINE": "1" if forbidden else ""}
    done = machine.run("images.sh", env=env)
    assert done.returncode == 1
    allowed = os.geteuid() == 0 and not forbidden
    assert any(call.startswith("apt-get") for call in machine.calls()) is allowed
    assert ("Installing system packages as root: mmdebstrap" in done.stdout) is allowed
