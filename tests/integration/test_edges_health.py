"""A service is called healthy only while it does its job, the API only with its whole bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from harness.stack import diagnosis
from harness.stack.diagnosis import Container, inspect
from harness.stack.docker_cli import docker, run
from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar, running_sidecar
from harness.stack.wait import wait_until
from harness.verdict.checks import Figures
from tests.houses import altered
from tests.houses.altered import ALTERATIONS, TRIES
from tests.houses.api import PriceApi, Value
from tests.houses.containers import WORKER
from tests.integration.test_boot_containers import probe_of

pytestmark = pytest.mark.containers

CANNOT_START = 3  # exit code of the API
END_TIMEOUT_S = 300.0
"""It only ends a hang: a container ends or is healthy by itself."""
FILES = {"cut": [altered.MODEL], "empty": [altered.MODEL]}
"""Alterations that are tried on one file only: any other file would show the same."""

# Answers each path with the status that is given for it, 404 otherwise: an API that says of itself
# how it is. Without packages, so that it runs in every image.
SAYS = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
statuses = json.loads(sys.argv[2])
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        path = self.path.partition("?")[0]
        content = b'{"status": "ok", "experiments": []}'
        self.send_response(200 if path == "/up" else statuses.get(path, 404))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
    do_POST = do_GET
    def log_message(self, *_):
        pass
ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Handler).serve_forever()
"""
EXPERIMENTS = "/api/2.0/mlflow/experiments/search"
# What a service says at its addresses -> whether it is well.
LIES: Mapping[str, tuple[str, int, Mapping[str, int], bool]] = {
    "an API that is ready": (
        "fastapi",
        8000,
        {"/health": 200, "/health/live": 200, "/health/ready": 200},
        True,
    ),
    "an API that lives and is not ready": (
        "fastapi",
        8000,
        {"/health": 200, "/health/live": 200, "/health/ready": 503, "/": 200, "/docs": 200},
        False,
    ),
    "an API that is ready, says another program": (
        "fastapi",
        8000,
        {"/health": 200, "/health/live": 200, "/": 200},
        False,
    ),
    "an MLflow whose API answers": ("mlflow", 5555, {"/health": 200, EXPERIMENTS: 200}, True),
    "an MLflow whose API refuses": (
        "mlflow",
        5555,
        {"/health": 200, "/version": 200, "/": 200, EXPERIMENTS: 403},
        False,
    ),
    "an MLflow whose API fails": ("mlflow", 5555, {"/health": 200, EXPERIMENTS: 500}, False),
    "a form that answers": ("streamlit", 8501, {"/_stcore/health": 200, "/": 200}, True),
    "a form without its page": ("streamlit", 8501, {"/_stcore/health": 200, "/": 500}, False),
    "a form without its server": ("streamlit", 8501, {"/_stcore/health": 503, "/": 200}, False),
}  # fmt: skip


@contextmanager
def started(
    stack: ComposeStack, name: str, folder: Path, service: str = "fastapi"
) -> Iterator[str]:
    """The name of a container of ``service`` with another bundle; as in compose, health and all."""
    full_name = f"{stack.plan.name}-{name}-{WORKER}"
    options = ["--detach", "--no-deps", "--name", full_name]
    stack.compose.ask("run", *options, "--volume", f"{folder}:{altered.BUNDLE_DIR}:ro", "fastapi")
    try:
        yield full_name
    finally:
        docker("rm", "--force", "--volumes", full_name, check=False)


def until_it_is_told(container: str) -> Container:
    """``docker inspect`` of a container that has ended, or that is called healthy."""

    def undecided() -> str | None:
        state = inspect(container)["State"]
        if state["Status"] == "exited" or state["Health"]["Status"] == "healthy":
            return None
        return f"it is {state['Status']} and {state['Health']['Status']}"

    wait_until(
        undecided,
        what=f"{container} ends or is healthy",
        seconds=END_TIMEOUT_S,
        hint="an API that cannot serve must end",
        pause=0.3,
    )
    return inspect(container)


@pytest.mark.check("edges.health-files")
@pytest.mark.parametrize("alteration", list(ALTERATIONS))
def test_an_api_ends_and_is_never_healthy_when_a_file_of_its_bundle_is(
    compose_stack: ComposeStack,
    pytestconfig: pytest.Config,
    tmp_path: Path,
    alteration: str,
    subtests: pytest.Subtests,
) -> None:
    bundle = pytestconfig.rootpath / "artifacts" / "bundle"
    tmp_path.chmod(0o755)
    with ExitStack() as running:
        containers = {}
        for file in FILES.get(alteration) or sorted(path.name for path in bundle.iterdir()):
            folder = altered.copy_of(bundle, tmp_path / file / "bundle")
            ALTERATIONS[alteration](folder / file)
            name = f"{file}-{alteration}".replace("_", "-")
            containers[file] = running.enter_context(started(compose_stack, name, folder))
        for file, container in containers.items():
            with subtests.test(file):
                state = until_it_is_told(container)["State"]

                assert state["Health"]["Status"] != "healthy", f"healthy with {file} {alteration}"
                assert state["ExitCode"] == CANNOT_START
                said = diagnosis.log_of(container)
                assert file.removesuffix(".sha256") in said, f"it does not say which file: {said}"


@pytest.mark.check("edges.health-model")
@pytest.mark.parametrize("model", ["missing", "other prices", "one other price", "no bundle"])
def test_an_api_ends_and_is_never_healthy_without_the_model_of_training(
    compose_stack: ComposeStack, pytestconfig: pytest.Config, tmp_path: Path, model: str
) -> None:
    """Also when manifest and checksum were made to agree with what is there."""
    tmp_path.chmod(0o755)
    folder = altered.copy_of(
        pytestconfig.rootpath / "artifacts" / "bundle", tmp_path / "a" / "bundle"
    )
    if model == "other prices":
        altered.other_prices(folder)
    elif model == "one other price":
        altered.one_other_price(folder)
    elif model == "missing":
        altered.remove(folder / altered.MODEL)
        altered.update_checksums(folder)
    else:
        for file in folder.iterdir():
            file.unlink()
    name = f"model-{model.replace(' ', '-')}"

    with started(compose_stack, name, folder) as container:
        state = until_it_is_told(container)["State"]

        assert state["Health"]["Status"] != "healthy"
        assert state["ExitCode"] == CANNOT_START
        assert "Fix: " in diagnosis.log_of(container)


@pytest.mark.check("edges.health-prediction")
def test_an_api_whose_model_fails_says_that_it_is_not_ready(
    failing: Sidecar, house: dict[str, Value], figure: Figures
) -> None:
    with PriceApi(failing.address) as api:
        priced = [api.post("/predict", json=house).status_code for _ in range(TRIES)]
        ready = [api.get("/health/ready").status_code for _ in range(TRIES)]
        health = [api.get("/health").status_code for _ in range(TRIES)]
        live = [api.get("/health/live").status_code for _ in range(TRIES)]

    assert set(priced) == {200, 500}
    assert set(ready) == {200, 503}, "ready while the model fails"
    assert set(health) == {200, 503}, "healthy while the model fails"
    assert set(live) == {200}, "a process that answers is to be left alone"
    figure("answers that it is not ready", ready.count(503), at_least=1)


@pytest.mark.check("edges.health-compose")
def test_the_healthcheck_of_the_api_is_red_when_its_model_fails(
    compose_stack: ComposeStack, failing: Sidecar
) -> None:
    probe = probe_of(compose_stack, "fastapi")
    code = "import subprocess, sys; print([subprocess.call(sys.argv[1:]) for _ in range(40)])"

    codes = json.loads(docker("exec", failing.name, "python", "-c", code, *probe))

    assert 0 in codes
    assert set(codes) != {0}, "healthy while the model fails"


@pytest.mark.check("edges.health-asks")
@pytest.mark.parametrize("state", list(LIES))
def test_a_healthcheck_believes_only_what_a_service_says_of_its_job(
    compose_stack: ComposeStack, state: str
) -> None:
    name, port, statuses, is_well = LIES[state]
    probe = probe_of(compose_stack, name)
    with running_sidecar(
        compose_stack,
        name,
        probe_path="/up",
        name=f"says-{list(LIES).index(state)}-{WORKER}",
        port=port,
        command=["python", "-c", SAYS, str(port), json.dumps(statuses)],
    ) as sidecar:
        said = run(["docker", "exec", sidecar.name, *probe], check=False)

    healthy = said.returncode == 0
    assert healthy is is_well, f"{state} is called {'healthy' if healthy else 'unhealthy'}"


@pytest.mark.check("edges.health-run")
def test_the_engine_asks_all_services_for_their_health_again_and_again(
    compose_stack: ComposeStack,
) -> None:
    for service in compose_stack.services:
        container = compose_stack.inspect(service)
        check = container["Config"]["Healthcheck"]
        asked = container["State"]["Health"]["Log"]

        assert asked[-1]["ExitCode"] == 0, service
        assert 0 < check["Interval"] <= 30e9, f"{service}: nobody notices for long"
        assert 0 < check["Timeout"] <= 30e9
        assert 0 < check["Retries"] <= 10
