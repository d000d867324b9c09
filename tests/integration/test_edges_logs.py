"""Nothing of a request stays behind: not in a log, not in a file."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from harness.stack.diagnosis import inspect
from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar
from harness.stack.wait import wait_until
from harness.verdict.checks import Figures
from tests.houses.altered import TRIES
from tests.houses.api import PriceApi
from tests.houses.containers import SERVICES
from tests.houses.marks import Mark, broken_off, found, marked_house, marks_of, revealing
from tests.houses.raw_request import post
from tests.integration.watched import (
    LOG_TIMEOUT_S,
    SHARES,
    ask,
    begin,
    files_of,
    log_up_to_now,
    plain,
    send,
    send_slowly,
)

pytestmark = pytest.mark.containers


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


@pytest.mark.check("edges.log-broken-off")
@pytest.mark.parametrize("stay", [False, True], ids=["leaves", "falls silent"])
def test_no_value_of_a_request_that_never_ends_is_in_the_log_or_a_file_of_an_api(
    talkative: Sidecar, schema: dict[str, Any], figure: Figures, stay: bool
) -> None:
    """Its body is never whole, and never parsed."""
    requests = broken_off(schema["inputs"])
    marks = [mark for mark, _ in requests]
    begin(talkative.address, [request for _, request in requests], talkative.name, stay=stay)

    log = log_up_to_now(talkative.name, talkative.address)
    assert found(marks, "\n".join(log)) == []
    for file, text in files_of(talkative.name).items():
        assert found(marks, text) == [], file
    figure("requests that never ended", len(requests))


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
            assert found(marks, "\n".join(lines)) == [], "the log has what was sent"
            said.append({str(plain([line])) for line in lines if "Traceback" in line})

    figure("requests that failed", failed, at_least=2)
    assert said[0] == said[1] != set(), "what the log says depends on the values of the house"


@pytest.mark.check("edges.files-written")
@pytest.mark.parametrize("service", ["fastapi", "streamlit"])
def test_a_service_writes_no_file(compose_stack: ComposeStack, service: str) -> None:
    """Neither values of a request nor telemetry of a library."""
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
