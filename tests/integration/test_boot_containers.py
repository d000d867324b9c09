"""What is behind the addresses: health, names, ports, and what a container may do."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from harness.bundle import GoldenRow
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


def probe_of(stack: ComposeStack, service: str) -> list[str]:
    """The command by which the engine learns whether the service is well."""
    check = stack.inspect(service)["Config"].get("Healthcheck") or {"Test": ["NONE"]}
    how, *words = check["Test"]
    assert how in ("CMD", "CMD-SHELL"), f"{service} has no healthcheck"
    return words if how == "CMD" else ["/bin/sh", "-c", *words]


def started(stack: ComposeStack, service: str) -> datetime:
    return datetime.fromisoformat(stack.inspect(service)["State"]["StartedAt"])


@pytest.mark.check("boot.healthy")
def test_all_services_are_running_and_healthy(compose_stack: ComposeStack) -> None:
    states = {name: compose_stack.inspect(name)["State"] for name in compose_stack.services}
    health = {name: state.get("Health", {}).get("Status") for name, state in states.items()}

    assert sorted(states) == SERVICES
    assert health == dict.fromkeys(SERVICES, "healthy"), "None: it has no healthcheck"
    assert not any(compose_stack.inspect(name)["RestartCount"] for name in SERVICES)


@pytest.mark.check("boot.probe")
@pytest.mark.parametrize("service", SERVICES)
def test_the_health_of_a_service_is_that_of_the_service(
    compose_stack: ComposeStack, service: str
) -> None:
    """Its probe is green beside the service, and red in a container where all but it is there."""
    probe = probe_of(compose_stack, service)
    options = ["--rm", "--no-deps", "-T", "--entrypoint", probe[0]]

    with_it = compose_stack.exec(service, *probe)
    without_it = compose_stack.compose.ask("run", *options, service, *probe[1:], check=False)

    assert with_it.returncode == 0, with_it.stderr
    assert without_it.returncode != 0, f"{service} is called healthy where it does not run"


@pytest.mark.check("boot.order")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_after_those_that_it_needs(
    compose_stack: ComposeStack, service: str
) -> None:
    needed = compose_stack.compose.config()["services"][service].get("depends_on", {})

    assert needed or service == "mlflow", "all but MLflow need another service"
    for name, how in needed.items():
        assert how["condition"] == "service_healthy"
        assert started(compose_stack, name) < started(compose_stack, service)


@pytest.mark.check("boot.restart")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_crashes_is_started_again(compose_stack: ComposeStack, service: str) -> None:
    policy = compose_stack.inspect(service)["HostConfig"]["RestartPolicy"]["Name"]

    assert policy in ("unless-stopped", "always")


@pytest.mark.check("boot.name-api")
def test_the_form_reaches_the_api_by_its_name(compose_stack: ComposeStack) -> None:
    code = """
from urllib.request import urlopen
print(urlopen("http://fastapi:8000/health/ready", timeout=5).read().decode())
"""
    assert json.loads(python(compose_stack, "streamlit", code))["status"] == "ok"


@pytest.mark.check("boot.name-mlflow")
def test_mlflow_answers_the_api_under_its_name(compose_stack: ComposeStack) -> None:
    """Its API, which refuses unknown host names; its /health is green even then."""
    code = """
from urllib.request import urlopen
url = "http://mlflow:5555/api/2.0/mlflow/experiments/search?max_results=1"
print(urlopen(url, timeout=5).read().decode())
"""
    experiments = json.loads(python(compose_stack, "fastapi", code))["experiments"]

    assert experiments[0]["name"]


@pytest.mark.check("boot.together")
def test_a_house_asked_for_in_the_form_s_container_has_the_price_of_training(
    compose_stack: ComposeStack, golden: list[GoldenRow]
) -> None:
    """All services together, by the names that they have for each other."""
    code = f"""
import json, os, urllib.request
url = os.environ["API_URL"] + "/predict"
body = json.dumps({dict(golden[0].inputs)!r}).encode()
request = urllib.request.Request(url, body, {{"Content-Type": "application/json"}})
print(urllib.request.urlopen(request, timeout=5).read().decode())
"""
    answer = json.loads(python(compose_stack, "streamlit", code))

    assert (answer["price"], answer["lower"], answer["upper"]) == golden[0].figures


@pytest.mark.check("boot.tracker")
def test_the_api_says_that_it_reaches_mlflow(compose_stack: ComposeStack) -> None:
    code = """
from urllib.request import urlopen
print(urlopen("http://fastapi:8000/health", timeout=5).read().decode())
"""
    tracker = json.loads(python(compose_stack, "streamlit", code))["tracker"]

    assert tracker["status"] == "reachable"


@pytest.mark.check("boot.loopback")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_published_on_loopback_only(compose_stack: ComposeStack, service: str) -> None:
    published: dict[str, Any] = compose_stack.inspect(service)["NetworkSettings"]["Ports"]
    addresses = [each["HostIp"] for bindings in published.values() for each in bindings or []]

    assert addresses == ["127.0.0.1"], "other machines can reach it"


@pytest.mark.check("boot.privileges")
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


@pytest.mark.check("boot.read-only")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_cannot_write_to_its_own_files(compose_stack: ComposeStack, service: str) -> None:
    said = python(compose_stack, service, WRITES).splitlines()

    assert said == ["/ EROFS", "/usr EROFS", "/etc EROFS", "/srv EROFS"]


@pytest.mark.check("boot.isolation")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_shares_nothing_with_its_host(compose_stack: ComposeStack, service: str) -> None:
    container = compose_stack.inspect(service)
    host = container["HostConfig"]

    assert host["Privileged"] is False
    assert host["ReadonlyRootfs"] is True
    assert [mount["Type"] for mount in container["Mounts"] if mount["Type"] == "bind"] == []
    assert {host["NetworkMode"], host["PidMode"], host["IpcMode"]}.isdisjoint({"host"})


@pytest.mark.check("boot.limits")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_limits(compose_stack: ComposeStack, service: str) -> None:
    host = compose_stack.inspect(service)["HostConfig"]

    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0
    assert host["NanoCpus"] > 0
    assert "max-size" in host["LogConfig"]["Config"], "its log may fill the disk"


@pytest.mark.check("boot.names-free")
def test_two_stacks_can_run_side_by_side(compose_stack: ComposeStack) -> None:
    """Nothing has a name of its own that another stack on the machine could not have too."""
    config = compose_stack.compose.config()
    fixed = [name for name, each in config["services"].items() if "container_name" in each]

    assert fixed == []
    for service in SERVICES:
        assert compose_stack.inspect(service)["Name"].startswith(f"/{compose_stack.plan.name}-")
