"""Errors as RFC 9457 problem details, in one shape for every status. They never echo the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 20  # of a batch

# Written out: the standard library renames some of these between Python versions.
TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Allowed(BaseModel):
    """What an input takes: a range for numbers, else the choices."""

    minimum: int | float | None = None
    maximum: int | float | None = None
    choices: list[str | bool] | None = None


class FieldError(BaseModel):
    """One input that was refused. ``field`` is null when the house as a whole is wrong."""

    field: str | None
    label: str | None
    message: str
    allowed: Allowed | None
    index: int | None = Field(description="Position of the house in the batch, from 0.")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str = Field(description="What is wrong and what to do about it, in plain words.")
    request_id: str
    errors: list[FieldError] = Field(
        description=f"The refused inputs: all of one house, the first {MAX_ERRORS} of a batch."
    )
    error_count: int = Field(description="How many inputs were refused in all.")


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        error_count: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.error_count = error_count
        self.headers = dict(headers or {})


def body(error: ProblemError, request_id: str) -> dict[str, Any]:
    """The problem document, a :class:`Problem`."""
    return {
        "type": "about:blank",
        "title": TITLES[error.status],
        "status": error.status,
        "detail": error.detail,
        "request_id": request_id,
        "errors": [error.model_dump() for error in error.errors],
        "error_count": error.error_count,
    }


def response(error: ProblemError, request_id: str) -> JSONResponse:
    return JSONResponse(
        body(error, request_id), error.status, headers=error.headers, media_type=MEDIA_TYPE
    )


def internal_error() -> ProblemError:
    return ProblemError(
        500, "Something went wrong on our side. The log says what, under this request id."
    )


def head_too_large() -> ProblemError:
    detail = "Address and headers are larger than 16 KiB."
    return ProblemError(431, detail, headers={"Connection": "close"})


def install(app: FastAPI) -> None:
    """Turns our own errors and those of the framework into problems."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return response(error, request.state.request_id)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            return _method_not_allowed(request, (error.headers or {}).get("Allow", ""))
        if error.status_code == 404:
            detail = "There is nothing at this address. All addresses are listed at /docs."
            return response(ProblemError(404, detail), request.state.request_id)
        return response(internal_error(), request.state.request_id)

    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(HTTPException, on_http)


def _method_not_allowed(request: Request, allow: str) -> Response:
    """405, or the answer to OPTIONS, which asks for just that list."""
    methods = {method.strip() for method in allow.split(",")} | {"OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    listed = ", ".join(sorted(methods))
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": listed})
    detail = f"This address takes these methods: {listed}."
    error = ProblemError(405, detail, headers={"Allow": listed})
    return response(error, request.state.request_id)
