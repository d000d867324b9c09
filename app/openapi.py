"""Completes the OpenAPI document: bodies that we read ourselves, and every error of every route."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.problems import MEDIA_TYPE, TITLES, Problem
from app.request_body import REQUEST_TIMEOUT_S

REF = "#/components/schemas/{model}"

_ERRORS = {
    400: "The request is not valid HTTP, or its body is not valid JSON in UTF-8.",
    405: "Another method than those that the header Allow lists.",
    408: f"The request did not arrive within {REQUEST_TIMEOUT_S:g} seconds.",
    413: "The body is larger than {max_bytes:,} bytes.",
    415: "The body is not declared as plain application/json in UTF-8.",
    422: "The body is JSON, but not houses that the contract accepts. `errors` says which inputs.",
    431: "Address and headers are larger than 16 KiB.",
    500: "A fault on our side.",
    503: "Not ready; `detail` says why.",
}
_EVERYWHERE = (400, 405, 408, 431, 500)
_WITH_BODY = (413, 415, 422)

_REQUEST_ID = {
    "description": "The request's own X-Request-ID if it is a plain token, else a new one. "
    "It is in the log too.",
    "required": True,
    "schema": {"type": "string"},
}
_HEADERS = {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}}

NOT_READY: dict[int | str, dict[str, Any]] = {503: {"description": _ERRORS[503]}}


def json_request(model: type[BaseModel], example: object) -> dict[str, Any]:
    """``openapi_extra`` of a route that reads its own JSON body."""
    schema = model.model_json_schema(ref_template=REF)
    # The house is among the components already, because the answers contain it.
    house = schema.pop("$defs", {})
    if not house:
        schema = {"$ref": REF.format(model=model.__name__)}
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


def document(app: FastAPI, max_bytes: int) -> dict[str, Any]:
    """The whole document for the routes that ``app`` has by now."""
    found = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    _, problem = models_json_schema([(Problem, "serialization")], ref_template=REF)
    components = found["components"]
    components["schemas"].update(problem["$defs"])
    components["headers"] = {"X-Request-ID": _REQUEST_ID}
    components["responses"] = {
        _name(status): _problem(status, words.format(max_bytes=max_bytes))
        for status, words in _ERRORS.items()
    }
    for path in found["paths"].values():
        for operation in path.values():
            _complete(operation)
    return found


def _complete(operation: dict[str, Any]) -> None:
    """Adds the errors that any route may answer to those that this one has declared."""
    responses = operation["responses"]
    for response in responses.values():
        response["headers"] = _HEADERS
    statuses = {*_EVERYWHERE, *(_WITH_BODY if "requestBody" in operation else ())}
    statuses |= {int(status) for status in responses if status >= "400"}
    for status in sorted(statuses):
        responses[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}


def _name(status: int) -> str:
    return TITLES[status].replace(" ", "")


def _problem(status: int, words: str) -> dict[str, Any]:
    return {
        "description": f"{TITLES[status]}. {words}",
        "headers": _HEADERS,
        "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}},
    }
