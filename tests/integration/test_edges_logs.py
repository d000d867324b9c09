"""Nothing of a request stays behind: not in a log, not in a file, not in a metric."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from harness.stack import diagnosis
from harness.stack.diagnosis import inspect
from harness.stack.docker_cli import docker
from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar, running_sidecar
from harness.stack.wait import wait_until
from harness.verdict.checks import Figures
from harness.wire.raw_http import Wire
from tests.houses import altered
from tests.houses.altered import running_failing
from tests.houses.api import BATCH, PriceApi, Value
from tests.houses.containers import SERVICES
from tests.houses.form import PriceForm
from tests.houses.marks import Mark, found, marked_house, marks_of, revealing
from tests.houses.raw_request import post

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.containers

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
API_PORT, FORM_PORT = 8000, 8501
ANSWER_TIMEOUT_S, LOG_TIMEOUT_S = 20.0, 20.0
HEADERS = {"Content-Type": "application/json"}
VARYING = ("time", "request_id", "duration_ms")
"""What of a line may differ between two requests that are alike but for their values."""
VARYING_TEXT = re.compile(r"[0-9a-f]{32}|[\d-]{10} [\d:.,]{8,}")  # a request id, a time
TRIES = 40
"""With a model that fails half of the time, no failure is seen in one of 10 ** 12 runs."""
LENGTH, FULL_LENGTH = 5_000, 1_000_000
SLOW_S = 1.5
"""A request that takes as long is one that a log of slow requests would have."""
SHARES = (0.3183098861837907, 0.7071067811865476)

# Prints, for each file below the folders that can be written to, its name and what of it is text.
FILES = """
import json, os, pathlib, re, sys
writable = [m.split()[4] for m in open("/proc/self/mountinfo") if m.split()[5].startswith("rw")]
skipped = ("/proc", "/sys", "/dev/mqueue", "/etc/")
found = {}
for place in writable:
    if not place.startswith(skipped):
        for file in pathlib.Path(place).rglob("*"):
            if file.is_file() and not file.is_symlink():
                found[str(file)] = re.sub(rb"[^ -~]+", b"\\n", file.read_bytes()).decode()
json.dump(found, sys.stdout)
"""


def send(address: str, requests: Sequence[bytes]) -> None:
    """Sends ``requests``, each on a connection of its own, and waits for the answers."""
    port = urlsplit(address).port
    assert port is not None
    for request in requests:
        with Wire(port, ANSWER_TIMEOUT_S) as wire:
            wire.send(request)
            wire.answer()


def log_up_to_now(container: str, address: str) -> list[str]:
    """What an API printed, once the line of a last request is there."""
    last = f"last-{uuid4().hex}"
    with PriceApi(address) as api:
        api.get("/schema", headers={"X-Request-ID": last})

    def missing() -> str | None:
        return None if last in diagnosis.log_of(container) else "its line is not there"

    wait_until(
        missing,
        what=f"{container} logs a request under its id",
        seconds=LOG_TIMEOUT_S,
        hint="app/observe.py writes the line",
    )
    return diagnosis.log_of(container).splitlines()


def files_of(container: str) -> dict[str, str]:
    """Files in the places that the container's program may write to -> their text."""
    files: dict[str, str] = json.loads(docker("exec", container, "python", "-c", FILES))
    return files


def send_slowly(address: str, request: bytes) -> None:
    """Sends a request whose last byte comes late, and waits for the answer."""
    port = urlsplit(address).port
    assert port is not None
    with Wire(port, ANSWER_TIMEOUT_S) as wire:
        wire.send(request[:-1])
        time.sleep(SLOW_S)  # a slow request is what is tried
        wire.send(request[-1:])
        wire.answer()


def figures_of(api: PriceApi) -> dict[str, float]:
    """The API's metrics, but for those of time and of the process."""
    families = text_string_to_metric_families(api.get("/metrics").text)
    return {
        f"{sample.name} {sorted(sample.labels.items())}": sample.value
        for family in families
        if "seconds" not in family.name and not family.name.startswith("process_")
        for sample in family.samples
    }


@pytest.fixture(scope="module")
def talkative(compose_stack: ComposeStack) -> Iterator[Sidecar]:
    """An API that logs all it can, and that nobody else asks."""
    with running_sidecar(
        compose_stack,
        "fastapi",
        name=f"talkative-api-{WORKER}",
        port=API_PORT,
        variables={"LOG_LEVEL": "DEBUG"},
    ) as sidecar:
        yield sidecar


@pytest.fixture(scope="module")
def failing(
    compose_stack: ComposeStack,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sidecar]:
    """An API whose model gives no price half of the time."""
    bundle = pytestconfig.rootpath / "artifacts" / "bundle"
    folder = altered.copy_of(bundle, tmp_path_factory.mktemp("failing") / "bundle")
    altered.fails_by_chance(folder)
    with running_failing(compose_stack, folder, name=f"failing-api-{WORKER}") as sidecar:
        yield sidecar


def ask(api: PriceApi, house: dict[str, Value], name: str, prefix: str) -> None:
    """Asks for prices of ``house`` in every way, and has it refused in some.

    Bodies have one length, whatever the values are; those of a full batch too.
    """

    def padded(content: Any) -> bytes:
        body = json.dumps(content).encode()
        return body.ljust(LENGTH if len(body) <= LENGTH else FULL_LENGTH)

    for path, content in (
        ("/predict", house),
        ("/predict", {**house, name: None}),
        ("/predict", {key: house[key] for key in house if key != name}),
        ("/predict", {**house, "unknown": house[name]}),
        ("/predict", [house]),
        ("/predict/batch", {"houses": [house, house]}),
        ("/predict/batch", {"houses": [house, {**house, name: []}]}),
        ("/predict/batch", {"houses": house}),
        ("/predict/batch", {"houses": [house] * BATCH}),
        ("/predict/batch", {"houses": [house] * (BATCH - 1) + [{**house, name: []}]}),
    ):
        options = {"data": padded(content), "headers": {**HEADERS, "X-Request-ID": f"{prefix}-1"}}
        api.post(path, **options)


def plain(lines: Sequence[str]) -> list[object]:
    """Log lines without what differs between any two requests."""
    shown: list[object] = []
    for line in lines:
        try:
            fields = json.loads(line)
        except ValueError:
            shown.append(line)
            continue
        shown.append({key: fields[key] for key in fields if key not in VARYING})
    return shown


@pytest.mark.check("edges.log-house")
def test_the_log_of_an_api_at_level_debug_is_the_same_for_any_two_houses(
    talkative: Sidecar, schema: dict[str, Any], figure: Figures
) -> None:
    inputs, name = schema["inputs"], schema["inputs"][0]["name"]
    logs, printed = [], []
    with PriceApi(talkative.address) as api:
        for share in SHARES:
            before = len(log_up_to_now(talkative.name, talkative.address))
            prefix = uuid4().hex
            ask(api, marked_house(inputs, share), name, prefix)
            lines = log_up_to_now(talkative.name, talkative.address)[before:-1]
            printed += [(f"{prefix}-1", line) for line in lines]
            logs.append([line for line in plain(lines) if "tracker" not in str(line)])

    assert logs[0] == logs[1], "the log depends on the values of the house"
    ids = {(asked, json.loads(line)["request_id"]) for asked, line in printed}
    assert all(carried in (asked, None) for asked, carried in ids), "a line carries another id"
    figure("lines about each house", len(logs[0]), at_least=8)


@pytest.mark.check("edges.log-values")
def test_no_value_of_a_request_is_in_the_log_or_a_file_of_an_api_at_level_debug(
    talkative: Sidecar, schema: dict[str, Any], figure: Figures
) -> None:
    requests = revealing(schema["inputs"])
    marks = [mark for mark, _ in requests]
    house = marked_house(schema["inputs"], SHARES[0])
    body = json.dumps(house).encode()
    houses = [post(body), post(b'{"houses":[' + body + b"]}", "/predict/batch")]

    send(talkative.address, [request for _, request in requests] + houses)
    slow = Mark.text("a slow request")
    marks.append(slow)
    send_slowly(talkative.address, post(json.dumps([slow.pattern]).encode()))
    send_slowly(talkative.address, post(body, f"/predict?{slow.pattern}"))
    marks += marks_of(house)

    log = log_up_to_now(talkative.name, talkative.address)
    assert found(marks, "\n".join(log)) == []
    for file, text in files_of(talkative.name).items():
        assert found(marks, text) == [], file
    figure("values looked for", len(marks), at_least=30)


@pytest.mark.check("edges.log-services")
def test_no_value_of_a_request_is_in_the_log_or_a_file_of_any_service(
    compose_stack: ComposeStack, schema: dict[str, Any], subtests: pytest.Subtests
) -> None:
    requests = revealing(schema["inputs"])
    marks = [mark for mark, _ in requests]
    house = marked_house(schema["inputs"], SHARES[0])
    marks += marks_of(house)

    send(compose_stack.url("fastapi"), [request for _, request in requests])
    send(compose_stack.url("fastapi"), [post(json.dumps(house).encode())])
    log_up_to_now(compose_stack.inspect("fastapi")["Id"], compose_stack.url("fastapi"))

    for service in SERVICES:
        with subtests.test(service):
            # The ids that other tests give their requests hold numbers too.
            lines = map(str, plain(compose_stack.logs(service).splitlines()))
            assert found(marks, "\n".join(lines)) == []
            for file, text in files_of(compose_stack.inspect(service)["Id"]).items():
                # What training logged is there too, and it is full of numbers.
                texts = [mark for mark in marks if mark.pattern.startswith("Mark")]
                assert found(texts, text) == [], file


@pytest.mark.check("edges.log-client")
def test_the_log_of_an_api_does_not_say_who_asked(talkative: Sidecar) -> None:
    networks = inspect(talkative.name)["NetworkSettings"]["Networks"].values()
    addresses = {network["Gateway"] for network in networks} | {"127.0.0.1"}

    log = log_up_to_now(talkative.name, talkative.address)

    # The request came by the gateway; uvicorn says at the start on which address it listens.
    asked = [line for line in log if "Uvicorn running" not in line]
    assert [line for line in asked if any(address in line for address in addresses)] == []


@pytest.mark.check("edges.log-failure")
def test_the_log_of_a_request_that_fails_says_why_and_nothing_of_the_house(
    failing: Sidecar, schema: dict[str, Any], figure: Figures
) -> None:
    """Tracebacks too: half of these requests end in one."""
    token, query = Mark.text("a token"), Mark.text("a query")
    headers = {"Authorization": f"Bearer {token.pattern}", "X-Request-ID": "failing-1"}
    said, failed, marks = [], 0, [token, query]
    with PriceApi(failing.address) as api:
        for share in SHARES:
            before = len(log_up_to_now(failing.name, failing.address))
            house = marked_house(schema["inputs"], share)
            marks += marks_of(house)
            for _ in range(TRIES):
                answer = api.post(f"/predict?{query.pattern}", json=house, headers=headers)
                failed += answer.status_code == 500
            lines = log_up_to_now(failing.name, failing.address)[before:]
            assert found(marks, "\n".join(lines)) == []
            said.append({str(plain([line])) for line in lines if "Traceback" in line})

    figure("requests that failed", failed, at_least=2)
    assert said[0] == said[1] != set(), "what the log says depends on the values of the house"


@pytest.mark.check("edges.log-form")
def test_the_form_logs_and_keeps_nothing_of_the_houses_that_are_entered(
    compose_stack: ComposeStack, failing: Sidecar, schema: dict[str, Any], page: Page
) -> None:
    """When a price comes and when the API fails, which the form does log."""
    inputs = schema["inputs"]
    with running_sidecar(
        compose_stack,
        "streamlit",
        name=f"watched-form-{WORKER}",
        port=FORM_PORT,
        variables={"API_URL": f"http://{failing.name}:{API_PORT}"},
    ) as sidecar:
        form = PriceForm(page, sidecar.address).open()
        printed = len(diagnosis.log_of(sidecar.name).splitlines())
        logs = []
        for share in SHARES:
            house = marked_house(inputs, share)
            form.fill({name: on_step(house[name], one) for name, one in by_name(inputs).items()})
            outcomes: set[bool] = set()
            for _ in range(TRIES):
                form.press()
                outcomes.add(form.shows_a_price())
                if len(outcomes) == 2:  # a price and a problem, as the model's chance has it
                    break
            assert outcomes == {True, False}
            lines = diagnosis.log_of(sidecar.name).splitlines()[printed:]
            printed += len(lines)
            logs.append({VARYING_TEXT.sub("", line) for line in lines if line.strip()})
        files = files_of(sidecar.name)

    assert logs[0] == logs[1] != set(), "the form logs what is entered"
    assert files == {}, "the form keeps files"


def by_name(inputs: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in inputs}


def on_step(value: Value, one: dict[str, Any]) -> Value:
    """``value``, or the nearest below it that the form's buttons reach."""
    if isinstance(value, (bool, str)) or not one.get("step"):
        return value
    steps = int((value - one["minimum"]) / one["step"])
    exact: Value = one["minimum"] + steps * one["step"]
    return exact if one["kind"] == "integer" else round(float(exact), 10)


@pytest.mark.check("edges.files-written")
@pytest.mark.parametrize("service", ["fastapi", "streamlit"])
def test_a_service_writes_no_file(compose_stack: ComposeStack, service: str) -> None:
    """Neither values nor what a library would report to its makers."""
    assert files_of(compose_stack.inspect(service)["Id"]) == {}


@pytest.mark.check("edges.log-tracker")
def test_the_api_tells_mlflow_nothing_and_only_asks_whether_it_is_there(
    compose_stack: ComposeStack, talkative: Sidecar, schema: dict[str, Any]
) -> None:
    [network] = inspect(talkative.name)["NetworkSettings"]["Networks"].values()
    name = schema["inputs"][0]["name"]
    with PriceApi(talkative.address) as api:
        ask(api, marked_house(schema["inputs"], SHARES[0]), name, uuid4().hex)
    client = re.compile(rf"\b{re.escape(network['IPAddress'])}:")

    def asked() -> list[str]:
        lines = compose_stack.logs("mlflow").splitlines()
        return [line for line in lines if client.search(line)]

    wait_until(
        lambda: None if asked() else "it has asked nothing",
        what="the API asks MLflow whether it is there",
        seconds=LOG_TIMEOUT_S,
        hint="app/tracker.py asks every ten seconds",
    )
    probe = '"GET /api/2.0/mlflow/experiments/search?max_results=1 HTTP/1.1"'
    assert [line for line in asked() if probe not in line] == []


@pytest.mark.check("edges.metrics-house")
def test_the_metrics_grow_by_the_same_for_any_two_houses(
    talkative: Sidecar, schema: dict[str, Any], figure: Figures
) -> None:
    name, growth = schema["inputs"][0]["name"], []
    with PriceApi(talkative.address) as api:
        for share in (SHARES[0], *SHARES):  # the first makes the series that are not there yet
            before = figures_of(api)
            ask(api, marked_house(schema["inputs"], share), name, uuid4().hex)
            after = figures_of(api)
            growth.append({key: after[key] - before.get(key, 0.0) for key in after})

    assert growth[1] == growth[2], "a metric depends on the values of the house"
    figure("metrics", len(growth[1]), at_least=5)


@pytest.mark.check("edges.metrics")
def test_no_value_of_a_request_is_in_a_metric_and_none_makes_a_new_one(
    talkative: Sidecar, schema: dict[str, Any], figure: Figures
) -> None:
    inputs, name = schema["inputs"], schema["inputs"][0]["name"]
    series = []
    with PriceApi(talkative.address) as api:
        for share in SHARES:
            requests = revealing(inputs)
            ask(api, marked_house(inputs, share), name, uuid4().hex)
            send(talkative.address, [request for _, request in requests])
            text = api.get("/metrics").text
            assert found([mark for mark, _ in requests], text) == []
            series.append({line.rpartition(" ")[0] for line in text.splitlines()})
        figure("series", len(series[0]), at_least=10)

    new = {line for line in series[1] - series[0] if '"/metrics"' not in line}
    assert new == set(), "each house or address makes a series of its own"
