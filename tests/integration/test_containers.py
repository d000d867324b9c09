"""What is behind the addresses: names, ports, and what a container may do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.stack import ComposeStack

pytestmark = pytest.mark.containers

SERVICES = ["fastapi", "mlflow", "streamlit"]

# Prints the status of every process of the container but of itself, as JSON.
PROCESSES = """
import json, os, pathlib
found = []
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    if int(folder.name) != os.getpid():
        lines = (folder / "status").read_text().splitlines()
        found.append({key: value.split() for key, _, value in (l.partition(":") for l in lines)})
print(json.dumps(found))
"""

# Tries to write where a service has no business, and prints what the system says.
WRITES = """
import errno, pathlib
for folder in "/", "/usr", "/etc", "/srv":
    try:
        (pathlib.Path(folder) / "probe").write_text("x")
    except OSError as error:
        print(folder, errno.errorcode[error.errno])
    else:
        print(folder, "written")
"""


def python(stack: ComposeStack, service: str, code: str) -> str:
    """What ``code`` prints when it is run inside the service's container."""
    done = stack.exec(service, "python", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_services_are_running_and_healthy(compose_stack: ComposeStack) -> None:
    states = {name: compose_stack.inspect(name)["State"] for name in compose_stack.services}

    assert sorted(states) == SERVICES
    assert {name: state["Health"]["Status"] for name, state in states.items()} == dict.fromkeys(
        SERVICES, "healthy"
    )
    assert not any(compose_stack.inspect(name)["RestartCount"] for name in SERVICES)


def test_the_form_reaches_the_api_by_its_name(compose_stack: ComposeStack) -> None:
    code = """
from urllib.request import urlopen
print(urlopen("http://fastapi:8000/health/ready", timeout=5).read().decode())
"""
    assert json.loads(python(compose_stack, "streamlit", code))["status"] == "ok"


def test_mlflow_answers_the_api_under_its_name(compose_stack: ComposeStack) -> None:
    """Its API, which refuses unknown host names; its /health is green even then."""
    code = """
from urllib.request import urlopen
url = "http://mlflow:5555/api/2.0/mlflow/experiments/search?max_results=1"
print(urlopen(url, timeout=5).read().decode())
"""
    experiments = json.loads(python(compose_stack, "fastapi", code))["experiments"]

    assert experiments[0]["name"]


def test_the_api_says_that_it_reaches_mlflow(compose_stack: ComposeStack) -> None:
    code = """
from urllib.request import urlopen
print(urlopen("http://fastapi:8000/health", timeout=5).read().decode())
"""
    tracker = json.loads(python(compose_stack, "streamlit", code))["tracker"]

    assert tracker["status"] == "reachable"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_published_on_loopback_only(compose_stack: ComposeStack, service: str) -> None:
    published: dict[str, Any] = compose_stack.inspect(service)["NetworkSettings"]["Ports"]
    addresses = [each["HostIp"] for bindings in published.values() for each in bindings or []]

    assert addresses == ["127.0.0.1"]


@pytest.mark.parametrize("service", SERVICES)
def test_no_process_of_a_service_has_any_privilege(
    compose_stack: ComposeStack, service: str
) -> None:
    processes = json.loads(python(compose_stack, service, PROCESSES))

    assert processes
    for process in processes:
        name = process["Name"]
        assert "0" not in process["Uid"], f"{name} runs as root"
        assert int(process["CapEff"][0], 16) == 0, f"{name} has capabilities"
        assert int(process["CapBnd"][0], 16) == 0, f"{name} could get capabilities"
        assert process["NoNewPrivs"] == ["1"], f"{name} could get privileges"
        assert process["Seccomp"] == ["2"], f"{name} may call whatever it likes"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_cannot_write_to_its_own_files(compose_stack: ComposeStack, service: str) -> None:
    said = python(compose_stack, service, WRITES).splitlines()

    assert said == ["/ EROFS", "/usr EROFS", "/etc EROFS", "/srv EROFS"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_shares_nothing_with_its_host(compose_stack: ComposeStack, service: str) -> None:
    container = compose_stack.inspect(service)
    host = container["HostConfig"]

    assert host["Privileged"] is False
    assert [mount["Type"] for mount in container["Mounts"] if mount["Type"] == "bind"] == []
    assert {host["NetworkMode"], host["PidMode"], host["IpcMode"]}.isdisjoint({"host"})


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_limits(compose_stack: ComposeStack, service: str) -> None:
    host = compose_stack.inspect(service)["HostConfig"]

    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0
