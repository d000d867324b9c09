"""A page from elsewhere can neither read an answer of this system nor change anything in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from harness.stack.running import Stack
from harness.wire.client import HttpClient
from tests.houses.api import PriceApi, Value
from tests.houses.cases import too_large
from tests.houses.tracker import MlflowApi
from tests.integration.origins import JSON, LOCAL, asked_from, foreign, paths_of

EXPERIMENTS = f"{MlflowApi.API}/experiments/search"
FORM_PATHS = (
    "/",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/allowed-message-origins",
    "/_stcore/stream",
    "/_stcore/upload_file/a/b",
    "/media/a.png",
    "/no/such/place",
)


def assert_unreadable(answer: requests.Response) -> None:
    """A browser shows the answer to no page of another origin."""
    asked = f"{answer.request.method} {answer.request.path_url}"
    origin = answer.request.headers["Origin"]
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed not in ("*", origin), f"{asked}: a page of {origin} may read it"


@pytest.mark.check("edges.origin-api")
def test_no_answer_of_the_api_can_be_read_by_a_page_from_elsewhere(
    api: PriceApi, house: dict[str, Value], subtests: pytest.Subtests
) -> None:
    for path in paths_of(api):
        with subtests.test(path):
            for answer in asked_from(api, path, json=house):
                assert_unreadable(answer)
                loose = [
                    name for name in answer.headers if name.lower().startswith("access-control")
                ]
                assert loose == [], f"{path}: it answers questions of other origins"


@pytest.mark.check("edges.origin-refused")
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(b"{", JSON, 400, id="400"),
        pytest.param(None, JSON, 413, id="413"),
        pytest.param(b"{}", {"Content-Type": "text/plain"}, 415, id="415"),
        pytest.param(b"{}", JSON, 422, id="422"),
        pytest.param(b"{}", {**JSON, "X-Large": "x" * 20_000}, 431, id="431"),
    ],
)
def test_no_refusal_of_the_api_can_be_read_by_a_page_from_elsewhere(
    api: PriceApi,
    inputs: dict[str, dict[str, Any]],
    body: bytes | None,
    headers: dict[str, str],
    status: int,
) -> None:
    body = too_large(inputs.values()) if body is None else body
    for path in ("/predict", "/predict/batch"):
        for origin in (*foreign(api.address), *LOCAL):
            answer = api.post(path, data=body, headers={**headers, "Origin": origin})

            assert answer.status_code == status
            assert_unreadable(answer)


@pytest.mark.check("edges.origin-simple")
@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_a_form_on_a_page_from_elsewhere_gets_no_price(
    api: PriceApi, house: dict[str, Value], media_type: str | None
) -> None:
    """These are the media types that a browser sends without asking first."""
    headers = {"Origin": "https://evil.example"}
    headers |= {"Content-Type": media_type} if media_type else {}

    assert api.post("/predict", data=json.dumps(house).encode(), headers=headers).status_code == 415


@pytest.mark.check("edges.origin-form")
@pytest.mark.parametrize("path", FORM_PATHS)
def test_no_answer_of_the_form_can_be_read_by_a_page_from_elsewhere(
    stack: Stack, path: str
) -> None:
    with HttpClient(stack.url("streamlit")) as client:
        for answer in asked_from(client, path, data=b"{}"):
            assert_unreadable(answer)


@pytest.mark.check("edges.origin-session")
def test_only_a_page_of_the_form_itself_opens_a_session_with_it(stack: Stack) -> None:
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    def status(origin: str) -> int:
        with HttpClient(stack.url("streamlit")) as client:
            options = {"headers": {**handshake, "Origin": origin}, "stream": True}
            with client.get("/_stcore/stream", **options) as answer:
                return answer.status_code

    assert status(stack.url("streamlit")) == 101
    for origin in foreign(stack.url("streamlit")):
        assert status(origin) == 403, f"a page of {origin} can use the form"


@pytest.mark.check("edges.origin-mlflow")
@pytest.mark.parametrize("path", ["/", "/health", f"{EXPERIMENTS}?max_results=1", "/graphql"])
def test_no_answer_of_mlflow_can_be_read_by_a_page_from_elsewhere(
    tracker: MlflowApi, path: str
) -> None:
    for answer in asked_from(tracker, path, data=b"{}"):
        assert_unreadable(answer)


@pytest.mark.check("edges.origin-mlflow-writes")
@pytest.mark.parametrize("api_path", ["/api", "/ajax-api"])
def test_a_page_from_elsewhere_changes_nothing_in_mlflow(tracker: MlflowApi, api_path: str) -> None:
    """Asked with a search, which is a POST too and changes nothing where it is let through."""
    path = f"{api_path}/2.0/mlflow/experiments/search"
    body = json.dumps({"max_results": 1})

    assert tracker.post(path, data=body, headers=JSON).status_code == 200
    for origin in foreign(tracker.address):
        for media_type in ("application/json", "text/plain"):
            headers = {"Content-Type": media_type, "Origin": origin}
            answer = tracker.post(path, data=body, headers=headers)

            assert answer.status_code == 403, f"a page of {origin} may change what is recorded"


@pytest.mark.check("edges.host-mlflow")
def test_mlflow_answers_only_under_its_own_names(tracker: MlflowApi) -> None:
    """Or a page whose name resolves to this machine could read and write it as its own."""
    for host in (
        "evil.example",
        "evil.example:5555",
        "10.0.0.1",
        *(f"{own}.evil.example" for own in ("mlflow", "localhost", "127.0.0.1")),
        "localhost.evil.example:5555",
        "mlflow:5555.evil.example",
        "evil-localhost:5555",
        "evil.localhost:5555",
    ):
        answer = tracker.get(f"{EXPERIMENTS}?max_results=1", headers={"Host": host})

        assert answer.status_code == 403, f"it answers as {host}"


@pytest.mark.check("edges.frames-mlflow")
def test_no_page_from_elsewhere_shows_mlflow_in_a_frame(tracker: MlflowApi) -> None:
    assert tracker.get("/").headers.get("x-frame-options") in ("SAMEORIGIN", "DENY")
