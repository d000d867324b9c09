"""A page from elsewhere can neither read an answer of this system nor change anything in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from harness.stack.running import ComposeStack, Stack
from harness.wire.client import HttpClient
from tests.houses.api import PriceApi, Value
from tests.houses.tracker import MlflowApi

EXPERIMENTS = f"{MlflowApi.API}/experiments/search"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PREFLIGHT = {
    "Access-Control-Request-Headers": "content-type, authorization, x-request-id",
    "Access-Control-Request-Private-Network": "true",
}
JSON = {"Content-Type": "application/json"}
API_HEADERS = {
    "accept",
    "accept-encoding",
    "allow",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "location",
    "x-content-type-options",
    "x-request-id",
}
"""All headers that the API's answers may have. Who adds another says here that it is meant."""
LOCAL = ["http://localhost:3000", "http://127.0.0.1:3000", "http://localhost"]
"""Other programs on this machine. MLflow and sessions of the form let them in, by their default."""
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


def foreign(address: str) -> list[str]:
    """Origins of pages that are none of this system's, some of them close to its own."""
    own = urlsplit(address)
    return [
        "https://evil.example",
        "http://evil.example:8501",
        f"http://{own.hostname}.evil.example:{own.port}",
        f"http://evil-{own.hostname}:{own.port}",
        "null",
    ]


def asked_from(client: HttpClient, path: str, **body: Any) -> Iterator[requests.Response]:
    """The answers to every method and preflight of ``path``, for pages of foreign origins."""
    local = [] if isinstance(client, MlflowApi) else LOCAL
    for number, origin in enumerate([*foreign(client.address), *local]):
        # One origin with all methods; what depends on the origin depends on it for all of them.
        for method in METHODS if number == 0 else ("GET", "POST", "OPTIONS"):
            headers = {"Origin": origin, "Cookie": "session=1"}
            if method == "OPTIONS":
                for wanted in ("GET", "POST", "DELETE"):
                    asks = {**headers, **PREFLIGHT, "Access-Control-Request-Method": wanted}
                    yield client.request(method, path, headers=asks)
                continue
            if method == "POST":
                headers |= JSON
                yield client.request(method, path, headers=headers, **body)
                continue
            yield client.request(method, path, headers=headers)


def assert_unreadable(answer: requests.Response) -> None:
    """A browser shows the answer to no page of another origin."""
    asked = f"{answer.request.method} {answer.request.path_url}"
    origin = answer.request.headers["Origin"]
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed not in ("*", origin), f"{asked}: a page of {origin} may read it"


def paths_of(api: PriceApi) -> list[str]:
    """All addresses of the API, and one that it does not have."""
    documented = list(api.openapi()["paths"])
    return [
        *documented,
        "/",
        "/docs",
        "/openapi.json",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/no/such/place",
    ]


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
        pytest.param(b" " * (2 << 20), JSON, 413, id="413"),
        pytest.param(b"{}", {"Content-Type": "text/plain"}, 415, id="415"),
        pytest.param(b"{}", JSON, 422, id="422"),
        pytest.param(b"{}", {**JSON, "X-Large": "x" * 20_000}, 431, id="431"),
    ],
)
def test_no_refusal_of_the_api_can_be_read_by_a_page_from_elsewhere(
    api: PriceApi, body: bytes, headers: dict[str, str], status: int
) -> None:
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


@pytest.mark.check("edges.callback")
def test_an_answer_of_the_api_is_never_a_script(api: PriceApi) -> None:
    for path in ("/schema", "/model", "/health", "/openapi.json"):
        plain = api.get(path)
        answer = api.get(f"{path}?callback=steal&jsonp=steal&format=js")

        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "steal" not in answer.text
        assert answer.text[0] == plain.text[0] == "{"


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
    """Or a page whose name is led to this machine could read and write it as its own."""
    for host in ("evil.example", "evil.example:5555", "mlflow.evil.example", "10.0.0.1"):
        answer = tracker.get(f"{EXPERIMENTS}?max_results=1", headers={"Host": host})

        assert answer.status_code == 403, f"it answers as {host}"


@pytest.mark.check("edges.frames-mlflow")
def test_no_page_from_elsewhere_shows_mlflow_in_a_frame(tracker: MlflowApi) -> None:
    assert tracker.get("/").headers.get("x-frame-options") in ("SAMEORIGIN", "DENY")


@pytest.mark.check("edges.redirect")
def test_the_api_leads_nobody_to_another_host(api: PriceApi) -> None:
    """Whatever a request says of hosts: its answer may be kept and given to others."""
    headers = ("Host", "X-Forwarded-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL")
    for path in (*paths_of(api), "/docs/", "/schema/", "//evil.example", "/predict/"):
        for name in headers:
            answer = api.get(path, headers={name: "evil.example"})

            led_to = answer.headers.get("location", "")
            assert "evil" not in led_to, f"{path} with {name}"
            assert "evil" not in answer.text, f"{path} with {name}"
            assert urlsplit(led_to).netloc in ("", urlsplit(api.address).netloc)


@pytest.mark.check("edges.cache")
def test_no_answer_about_a_house_or_the_model_is_kept_by_a_cache(
    api: PriceApi, house: dict[str, Value]
) -> None:
    answers = [api.get(path) for path in api.openapi()["paths"]]
    answers += [api.post("/predict", json=house), api.post("/predict", json={})]
    answers.append(api.post("/predict/batch", json={"houses": [house]}))
    for answer in answers:
        said = answer.headers.get("cache-control", "no-store")

        assert "public" not in said, answer.request.path_url
        assert "no-store" in said or "no-cache" in said, answer.request.path_url
        assert not {"expires", "etag", "last-modified"} & {key.lower() for key in answer.headers}


@pytest.mark.containers  # a proxy in front of an API that runs elsewhere adds headers of its own
@pytest.mark.check("edges.headers")
def test_the_answers_of_the_api_have_no_header_that_nobody_asked_for(
    compose_stack: ComposeStack, house: dict[str, Value]
) -> None:
    """No cookie, no name or version of a program, no permission."""
    with PriceApi(compose_stack.url("fastapi")) as api:
        for path in paths_of(api):
            for answer in asked_from(api, path, json=house):
                names = {name.lower() for name in answer.headers}

                assert names <= API_HEADERS, f"{path}: {sorted(names - API_HEADERS)}"
