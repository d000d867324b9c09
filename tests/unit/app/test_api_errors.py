"""What the API says when it refuses: one shape, plain words, and nothing of the input."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.house import typical_house
from app.problems import MAX_ERRORS, Problem, ProblemError
from app.request_body import parse
from app.validation import HouseReader
from tests.unit.app import bundles
from tests.unit.app.live_api import Api, running

TYPICAL = typical_house(bundles.MIXED)
JSON = {"Content-Type": "application/json"}
# What a browser or a log reader would act on, if it came back.
MARK = "<script>alert('Zq7')</script>"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    bundle = bundles.write(tmp_path_factory.mktemp("errors") / "bundle")
    with running(bundle) as live, live.session() as client:
        yield client


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem document, checked to be one of ours and to repeat nothing."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    Problem.model_validate(found, strict=True, extra="forbid")
    assert (found["type"], found["status"]) == ("about:blank", status)
    assert found["request_id"] == response.headers["x-request-id"]
    assert "Zq7" not in response.text
    return found


REFUSED = [
    # input, value, words of the message, what is allowed
    ("area", 19, "whole number from 20 to 400 sq m", {"minimum": 20, "maximum": 400}),
    ("area", 401, "whole number", {"minimum": 20, "maximum": 400}),
    ("area", 95.5, "whole number", {"minimum": 20, "maximum": 400}),
    ("area", "95", "whole number", {"minimum": 20, "maximum": 400}),
    ("area", True, "whole number", {"minimum": 20, "maximum": 400}),
    ("area", None, "whole number", {"minimum": 20, "maximum": 400}),
    ("plot", 12.500001, "a number from 0 to 12.5 acres", {"minimum": 0, "maximum": 12.5}),
    ("plot", "1", "a number", {"minimum": 0, "maximum": 12.5}),
    ("plot", False, "a number", {"minimum": 0, "maximum": 12.5}),
    ("balance", -1.6, "a number from -1.5 to 1.5", {"minimum": -1.5, "maximum": 1.5}),
    ("state", "good", "one of the 3 choices", {"choices": ["Poor", "Fair", "Good"]}),
    ("state", MARK, "one of the 3 choices", {"choices": ["Poor", "Fair", "Good"]}),
    ("state", 2, "one of the 3 choices", {"choices": ["Poor", "Fair", "Good"]}),
    ("garden", 1, "true or false", {"choices": [True, False]}),
    ("garden", "yes", "true or false", {"choices": [True, False]}),
]


@pytest.mark.parametrize(("name", "value", "words", "allowed"), REFUSED)
def test_one_wrong_input_is_named(
    client: Api, name: str, value: Any, words: str, allowed: dict[str, Any]
) -> None:
    house = TYPICAL | {name: value}
    [error] = problem(client.post("/predict", json=house), 422)["errors"]
    assert (error["field"], error["label"], error["index"]) == (name, name.capitalize(), None)
    assert words in error["message"]
    assert {k: v for k, v in error["allowed"].items() if v is not None} == allowed

    batch = {"houses": [TYPICAL, house]}
    [error_in_batch] = problem(client.post("/predict/batch", json=batch), 422)["errors"]
    assert error_in_batch == {**error, "index": 1}


@pytest.mark.parametrize("name", TYPICAL)
def test_a_missing_input_is_named(client: Api, name: str) -> None:
    house = {key: value for key, value in TYPICAL.items() if key != name}
    [error] = problem(client.post("/predict", json=house), 422)["errors"]
    assert error["field"] == name
    assert f"{name.capitalize()} is missing; it must be" in error["message"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
@pytest.mark.parametrize("name", ["area", "plot", "state", "garden"])
def test_numbers_that_are_none_are_named_too(client: Api, name: str, number: str) -> None:
    body = json.dumps(TYPICAL | {name: "here"}).replace('"here"', number)
    found = problem(client.post("/predict", data=body, headers=JSON), 422)
    assert [error["field"] for error in found["errors"]] == [name]


def test_an_unknown_field_is_refused_but_not_repeated(client: Api) -> None:
    [error] = problem(client.post("/predict", json=TYPICAL | {MARK: 1, "pool": 2}), 422)["errors"]
    assert error["field"] is None
    assert "Unknown fields: 2." in error["message"]
    assert "area, plot, quarter" in error["message"]


@pytest.mark.parametrize("body", [None, [], "x", 1, True, [TYPICAL]])
def test_a_house_that_is_no_object(client: Api, body: Any) -> None:
    [error] = problem(client.post("/predict", data=json.dumps(body), headers=JSON), 422)["errors"]
    assert "must be an object with these fields: area," in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        [TYPICAL],
        {},
        {"houses": None},
        {"houses": {}},
        {"houses": "x"},
        {"Houses": []},
        {"houses": [TYPICAL], MARK: 1},
    ],
)
def test_a_batch_that_is_none(client: Api, body: Any) -> None:
    found = problem(client.post("/predict/batch", data=json.dumps(body), headers=JSON), 422)
    assert "houses" in found["detail"]
    assert found["error_count"] == 1


def test_the_list_of_errors_is_bounded(client: Api) -> None:
    body = {"houses": [{MARK + str(n): 1 for n in range(20)}] * 1000}
    response = client.post("/predict/batch", json=body)
    found = problem(response, 422)
    assert len(found["errors"]) == MAX_ERRORS
    assert found["error_count"] == 1000 * (1 + len(TYPICAL))
    assert "7,000 inputs cannot be accepted" in found["detail"]
    assert len(response.content) < 10_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"houses":[' + b"0," * 500_000 + b"0]}",
        b"{" + b",".join(b'"k%d":0' % n for n in range(90_000)) + b"}",
        b'{"houses":[' + b",".join([b'{"area":0,"x":1}'] * 1000) + b"]}",
    ],
    ids=["many rows", "many keys", "many errors"],
)
def test_a_large_refusal_is_cheap(client: Api, body: bytes) -> None:
    """The stock handler of FastAPI needs 4 s and 8 MB for the like of this."""
    response = client.post("/predict/batch", data=body, headers=JSON)
    problem(response, 422)
    assert len(response.content) < 10_000
    started = time.thread_time()  # of the processor, so that a busy machine is no failure
    with pytest.raises(ProblemError):
        HouseReader(bundles.MIXED).many(parse(body))
    assert time.thread_time() - started < 0.5


@pytest.mark.parametrize(
    "path", ["/nowhere", "/predict/", "/predict/batch/1", "/%00", "/docs/../x"]
)
def test_404_is_a_problem(client: Api, path: str) -> None:
    problem(client.get(f"{path}?{MARK}"), 404)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/predict", "OPTIONS, POST"),
        ("/predict/batch", "OPTIONS, POST"),
        ("/schema", "GET, HEAD, OPTIONS"),
        ("/health/ready", "GET, HEAD, OPTIONS"),
        ("/metrics", "GET, HEAD, OPTIONS"),
        ("/docs", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
    ],
)
def test_405_and_options_list_the_methods(client: Api, path: str, methods: str) -> None:
    refused = client.request("DELETE", path)
    assert methods in problem(refused, 405)["detail"]
    assert refused.headers["allow"] == methods
    asked = client.options(path)
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, methods, b"")
    # HEAD answers wherever GET does.
    head = client.head(path, allow_redirects=False)
    assert head.status_code == (405 if "POST" in methods else 307 if path == "/" else 200)


def test_500_says_nothing_of_the_fault(
    client: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: bytes) -> None:
        raise RuntimeError("the secret")

    monkeypatch.setattr("app.request_body.parse", fail)
    response = client.post("/predict", json=TYPICAL)
    assert problem(response, 500)["detail"].startswith("Something went wrong on our side.")
    assert "secret" not in response.text
    assert "the secret" in caplog.text
