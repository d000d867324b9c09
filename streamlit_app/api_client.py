"""The form's only way to the API: three questions, each with a checked answer or an ApiError."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from http.client import HTTPException
from time import monotonic
from typing import TypeVar
from uuid import uuid4

import strict
from answers import Answer, Model, read_answer, read_model
from errors import (
    ApiError,
    ApiFailed,
    ApiNonsense,
    ApiRejected,
    ApiTooSlow,
    ApiUnavailable,
    FieldProblem,
)
from schema import Contract, Value, read_contract
from transport import Reply, exchange

PATIENCE = 4.5  # seconds for all that one click asks; drawing then ends well before 6 s
T = TypeVar("T")
log = logging.getLogger("form")


class ApiClient:
    """Serves one click: all that it asks together must be answered within ``seconds`` of it."""

    def __init__(self, address: str, seconds: float) -> None:
        self._address = address.rstrip("/")
        self._ends = monotonic() + seconds
        self.reference = uuid4().hex  # the API logs it as the request id

    def get_schema(self) -> Contract:
        return self._ask("GET", "/schema", None, read_contract)

    def get_model(self) -> Model:
        return self._ask("GET", "/model", None, read_model)

    def predict(self, contract: Contract, inputs: Mapping[str, Value]) -> Answer:
        """The price of one house. What is returned belongs to these inputs and no others."""
        return self._ask(
            "POST", "/predict", inputs, lambda document: read_answer(document, contract, inputs)
        )

    def _ask(
        self,
        method: str,
        path: str,
        content: Mapping[str, Value] | None,
        read: Callable[[object], T],
    ) -> T:
        try:
            reply = self._send(method, path, content)
            _refuse_errors(reply)
            try:
                return read(strict.parse(reply.body))
            except ValueError as error:
                raise ApiNonsense(str(error)) from error
        except ApiError as error:
            error.reference = self.reference
            log.warning("%s %s: %s: %s [%s]", method, path, error.kind, error, self.reference)
            raise

    def _send(self, method: str, path: str, content: Mapping[str, Value] | None) -> Reply:
        headers = {"Accept": "application/json", "X-Request-ID": self.reference}
        body = None
        if content is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(content, allow_nan=False).encode()
        remaining = self._ends - monotonic()
        if remaining <= 0:
            raise ApiTooSlow("no time was left to ask")
        url = self._address + path
        try:
            return exchange(method, url, headers=headers, body=body, seconds=remaining)
        except TimeoutError as error:
            raise ApiTooSlow(str(error)) from error
        except (OSError, ValueError) as error:
            raise ApiUnavailable(f"{url}: {error}") from error
        except HTTPException as error:
            raise ApiNonsense(f"not HTTP: {error!r}") from error


def _refuse_errors(reply: Reply) -> None:
    if reply.status == 200:
        return
    cause = f"status {reply.status}"
    if reply.status in (502, 503, 504):  # a gateway without API, or an API that is not ready
        raise ApiUnavailable(cause)
    if reply.status >= 500:
        raise ApiFailed(cause)
    if reply.status < 400 or reply.status in (404, 405):  # whoever this is, it is not the API
        raise ApiNonsense(cause)
    try:
        problem = strict.mapping(strict.parse(reply.body), "the problem")
        title = strict.text(problem, "title")
        named = strict.items(problem, "errors") if problem.get("errors") else []
        fields = tuple(_read_field(each) for each in named)
    except ValueError as error:
        raise ApiNonsense(f"{cause} without a reason: {error}") from error
    raise ApiRejected(f"{cause}: {title}", fields)


def _read_field(document: object) -> FieldProblem:
    raw = strict.mapping(document, "a field's problem")
    label = strict.text(raw, "label" if raw.get("label") else "field")
    return FieldProblem(label, strict.text(raw, "message"))
