"""The documentation: its page, and an OpenAPI document that says what /schema says."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.houses.api import PriceApi

Inputs = dict[str, dict[str, Any]]


@pytest.mark.check("contract.root")
def test_the_root_leads_to_the_documentation(api: PriceApi) -> None:
    answer = api.get("/")

    assert answer.status_code == 307
    assert answer.headers["location"] == "/docs"


@pytest.mark.check("contract.docs")
def test_the_documentation_is_a_page(api: PriceApi) -> None:
    answer = api.get("/docs")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "swagger-ui" in answer.text


@pytest.mark.check("contract.docs-offline")
def test_all_that_the_documentation_loads_comes_from_the_api_itself(api: PriceApi) -> None:
    page = api.get("/docs").text
    loaded = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""", page)
    addresses = [
        urljoin(f"{api.address}/docs", address) for address in loaded if address[:5] != "data:"
    ]

    assert len(addresses) >= 3, "the script, the style sheet and the OpenAPI document"
    elsewhere = {urlsplit(address).netloc for address in addresses} - {urlsplit(api.address).netloc}
    assert elsewhere == set(), "the documentation loads files from elsewhere"
    for address in addresses:
        assert api.get(urlsplit(address).path).status_code == 200, address


@pytest.mark.check("contract.openapi-inputs")
def test_openapi_describes_each_input_as_the_schema_does(api: PriceApi, inputs: Inputs) -> None:
    house = _request_of(api.openapi(), "/predict")

    assert set(house["properties"]) == set(inputs)
    assert set(house["required"]) == set(inputs)
    assert house["additionalProperties"] is False
    for name, one in inputs.items():
        described = house["properties"][name]
        assert described["title"] == one["label"]
        match one["kind"]:
            case "yes_no":
                assert described["type"] == "boolean"
            case "choice":
                assert described["enum"] == one["choices"]
            case kind:
                assert described["type"] == kind
                assert described["minimum"] == one["minimum"]
                assert described["maximum"] == one["maximum"], f"{name}: another maximum"


@pytest.mark.check("contract.openapi-example")
def test_the_example_in_openapi_can_be_sent(api: PriceApi) -> None:
    document = api.openapi()
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]

    assert api.predict(content["example"]).price > 0


@pytest.mark.check("contract.openapi-units")
def test_openapi_names_the_unit_of_each_input(api: PriceApi, inputs: Inputs) -> None:
    described = _request_of(api.openapi(), "/predict")["properties"]

    for name, one in inputs.items():
        said = described[name].get("description", "")
        assert (one["unit"] or "") in said, name
        assert one["help"] in said, name


@pytest.mark.check("contract.openapi-addresses")
def test_openapi_names_every_address(api: PriceApi) -> None:
    assert set(api.openapi()["paths"]) == {
        "/predict", "/predict/batch", "/schema", "/model", "/metrics",
        "/health", "/health/live", "/health/ready",
    }  # fmt: skip


def _request_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The JSON Schema of what is posted to ``path``."""
    body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    if "$ref" in body:
        found: dict[str, Any] = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
        return found
    return dict(body)
