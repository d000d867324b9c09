"""OpenAPI says what the API does: to Schemathesis, to a person at /docs, and without internet."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.contract import Kind
from tests.unit.app import bundles
from tests.unit.app.live_api import Api, Live, running

SCHEMATHESIS_TIMEOUT_S = 600.0
"""It only ends a hang."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(bundles.write(tmp_path_factory.mktemp("openapi") / "bundle")) as live:
        yield live


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[Api]:
    with live.session() as client:
        yield client


@pytest.fixture(scope="module")
def document(client: Api) -> Any:
    return client.get("/openapi.json").json()


def test_schemathesis_finds_nothing(live: Live, tmp_path: Path) -> None:
    """All its checks and phases, with a fixed seed."""
    process = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{live.url}/openapi.json"),
            *("--checks", "all", "--seed", "20260101", "--max-examples", "40"),
            *("--generation-database", "none", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SCHEMATHESIS_TIMEOUT_S,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "Tested: 8" in process.stdout
    [generated, passed] = re.findall(r"(\d+) generated, (\d+) passed", process.stdout)[0]
    assert int(generated) == int(passed)
    assert int(passed) >= 200


def test_every_input_is_documented_as_the_contract_says(document: Any) -> None:
    house = document["components"]["schemas"]["House"]
    assert house["required"] == list(house["properties"]) == bundles.MIXED.names
    assert house["additionalProperties"] is False
    types = {
        Kind.INTEGER: "integer",
        Kind.NUMBER: "number",
        Kind.CHOICE: "string",
        Kind.YES_NO: "boolean",
    }
    for field in bundles.MIXED.inputs:
        found = house["properties"][field.name]
        assert found["type"] == types[field.kind]
        assert found["title"] == field.label
        assert found.get("minimum") == field.minimum
        assert found.get("maximum") == field.maximum
        assert found.get("enum") == (list(field.choices) if field.choices else None)
        assert found["examples"] == [field.default]
        assert field.help in found.get("description", "")
        assert (field.unit or "") in found.get("description", "")


def test_the_example_of_each_body_is_accepted_as_it_is(client: Api, document: Any) -> None:
    for path in ("/predict", "/predict/batch"):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        response = client.post(path, json=content["application/json"]["example"])
        assert response.status_code == 200


def test_every_route_documents_its_errors_as_problems(document: Any) -> None:
    always = {"400", "405", "408", "431", "500"}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            expected = always | ({"413", "415", "422"} if path.startswith("/predict") else set())
            expected |= {"503"} if path in ("/health", "/health/ready") else set()
            errors = {k: v for k, v in operation["responses"].items() if k >= "400"}
            assert errors.keys() == expected
            for status, reference in errors.items():
                name = reference["$ref"].removeprefix("#/components/responses/")
                response = document["components"]["responses"][name]
                assert list(response["content"]) == ["application/problem+json"], (path, status)
                assert "X-Request-ID" in response["headers"]


def test_every_reference_leads_somewhere(document: Any) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    yield value
                else:
                    yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(document))
    assert found
    for reference in found:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_the_docs_need_nothing_from_elsewhere(client: Api) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"""(src|href|url)\s*[:=]\s*["']\w*:?//""", page.text)
    assets = re.findall(r"""(?:src|href)="([^"]+\.(?:js|css))\"""", page.text)
    assert len(assets) == 2
    for asset in assets:
        assert len(client.get(f"/{asset}").content) > 100_000
    assert "url: 'openapi.json'" in page.text


def test_the_root_leads_to_the_docs(client: Api) -> None:
    answer = client.get("/", allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


def test_only_what_is_for_users_is_documented(document: Any) -> None:
    assert set(document["paths"]) == {
        "/predict",
        "/predict/batch",
        "/schema",
        "/model",
        "/metrics",
        "/health",
        "/health/live",
        "/health/ready",
    }
