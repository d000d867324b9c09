"""Other people's machines: what the scripts say of an environment that they cannot work in."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from tests.unit.setup.setup_scripts import Machine

# Environment, scripts that must say so, what they say.
REFUSED = [
    (
        {"COMPOSE_FILE": "/srv/other/compose.yml"},
        ("COMPOSE_FILE=/srv/other/compose.yml", "unset COMPOSE_FILE"),
    ),
    ({"COMPOSE_FILE": "other.yml:more.yml"}, ("COMPOSE_FILE=other.yml:more.yml", "leaves out")),
    ({"COMPOSE_PROJECT_NAME": "My Houses"}, ("COMPOSE_PROJECT_NAME=My Houses", "small letters")),
    ({"COMPOSE_PROJECT_NAME": "_houses"}, ("COMPOSE_PROJECT_NAME=_houses", "begin with")),
]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    ready = Machine(tmp_path)
    ready.docker()
    return ready


def only_error(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout
    [line] = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


@pytest.mark.parametrize(("environment", "says"), REFUSED, ids=str)
@pytest.mark.parametrize("script", [("preflight.sh", "name"), ("down.sh",), ("clean.sh",)])
def test_settings_that_lead_compose_elsewhere_are_named_and_nothing_is_touched(
    machine: Machine, environment: dict[str, str], says: tuple[str, ...], script: tuple[str, ...]
) -> None:
    error = only_error(machine.run(*script, env={"YES": "1", **environment}))

    assert all(words in error for words in says), error
    assert not [call for call in machine.calls() if "down" in call or call.startswith("rmi")]


@pytest.mark.parametrize("extra", ["docker-compose.yml:more.yml", "./docker-compose.yml"])
def test_more_files_beside_this_projects_own_are_fine(machine: Machine, extra: str) -> None:
    done = machine.run("preflight.sh", "name", env={"COMPOSE_FILE": extra})

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("host", ["tcp://192.0.2.9:2375", "ssh://me@far"])
def test_an_engine_on_another_machine_is_named(machine: Machine, host: str) -> None:
    error = only_error(machine.run("preflight.sh", "engine", env={"DOCKER_HOST": host}))

    assert host in error
    assert "unset DOCKER_HOST" in error


@pytest.mark.parametrize("host", ["unix:///run/user/1000/docker.sock", "tcp://127.0.0.1:2375"])
def test_an_engine_on_this_machine_is_fine_wherever_it_listens(machine: Machine, host: str) -> None:
    done = machine.run("preflight.sh", "engine", env={"DOCKER_HOST": host})

    assert (done.returncode, done.stderr) == (0, "")


def test_a_user_without_rights_on_the_engine_is_told_of_the_group(machine: Machine) -> None:
    machine.command(
        "docker",
        """
        case "$*" in
            "compose version --short") echo 2.30.0 ;;
            "buildx version") exit 0 ;;
            info) echo "permission denied while trying to connect" >&2; exit 1 ;;
            *) exit 1 ;;
        esac""",
    )
    script = machine.root / "setup" / "engine.sh"
    script.write_text(script.read_text().replace("EUID", "SOMEBODY"))

    error = only_error(machine.run("engine.sh", env={"SOMEBODY": "1000"}))

    assert "may not use Docker" in error
    assert "usermod -aG docker" in error


@pytest.mark.parametrize("line", ["API_PORT={}", "export API_PORT = '{}'  # ours", 'API_PORT="{}"'])
def test_ports_in_the_env_file_are_obeyed_like_exported_ones(machine: Machine, line: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (machine.root / ".env").write_text(f"API_PORT=1\n{line.format(port)}\n")
        arguments = ("bash", machine.root / "setup" / "preflight.sh", "ports")
        given = {"PATH": str(machine.commands), "MLFLOW_PORT": "0", "UI_PORT": "0"}

        done = subprocess.run(arguments, env=given, capture_output=True, text=True, check=False)
        exported = subprocess.run(
            arguments, env={**given, "API_PORT": "0"}, capture_output=True, text=True, check=False
        )

    assert f"port {port} (fastapi) is taken" in only_error(done)
    assert exported.returncode == 0, exported.stderr


def test_a_bench_without_a_stack_says_so(machine: Machine) -> None:
    (machine.root / ".venv/bin").mkdir(parents=True)
    (machine.root / ".venv/bin/python").symlink_to("/bin/false")

    error = only_error(machine.run("bench.sh"))

    assert "no stack of this checkout runs" in error
    assert "make up" in error
