"""What is behind the addresses: containers that are well, and know each other by name."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from harness.stack.running import ComposeStack
from tests.houses.bundle import GoldenRow
from tests.houses.containers import SERVICES, python

pytestmark = pytest.mark.containers


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
    """Its probe is green beside the service, and red in a container that lacks only the service."""
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
print(urlopen("http://fastapi:8000/health/ready", timeout=30).read().decode())
"""
    assert json.loads(python(compose_stack, "streamlit", code))["status"] == "ok"


@pytest.mark.check("boot.name-mlflow")
def test_mlflow_answers_the_api_under_its_name(compose_stack: ComposeStack) -> None:
    """Its API, which refuses unknown host names; its /health is green even then."""
    code = """
from urllib.request import urlopen
url = "http://mlflow:5555/api/2.0/mlflow/experiments/search?max_results=1"
print(urlopen(url, timeout=30).read().decode())
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
print(urllib.request.urlopen(request, timeout=30).read().decode())
"""
    answer = json.loads(python(compose_stack, "streamlit", code))

    assert (answer["price"], answer["lower"], answer["upper"]) == golden[0].figures


@pytest.mark.check("boot.tracker")
def test_the_api_says_that_it_reaches_mlflow(compose_stack: ComposeStack) -> None:
    code = """
from urllib.request import urlopen
print(urlopen("http://fastapi:8000/health", timeout=30).read().decode())
"""
    tracker = json.loads(python(compose_stack, "streamlit", code))["tracker"]

    assert tracker["status"] == "reachable"
