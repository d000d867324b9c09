"""The form's only way to the API: three questions, each with a checked answer or an ApiError."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import TypeVar
from uuid import uuid4

from answers import Answer, Model, Problem, read_answer
from errors import ApiError, ApiFailed, ApiNonsense, ApiRejected, ApiTooSlow, ApiUnavailable
from schema import Contract
from strict import Value, read
from transport import Reply, exchange

CLICK_TIMEOUT_S = 4.5  # for all that one click asks; drawing then ends well before 6 s
T = TypeVar("T")
log = logging.getLogger("form")


class ApiClient:
    """Serves one click: all that it asks must be answered within ``timeout_s`` together."""

    def __init__(self, address: str, timeout_s: float) -> None:
        self._address = address.rstrip("/")
        self._deadline = monotonic() + timeout_s
        self.reference = uuid4().hex  # the API logs it as the request id

    def get_schema(self) -> Contract:
        return self._ask("GET", "/schema", None, partial(read, Contract))

    def get_model(self) -> Model:
        return self._ask("GET", "/model", None, partial(read, Model))

    def predict(self, contract: Contract, inputs: Mapping[str, Value]) -> Answer:
        """The price of one house. What is returned belongs to these inputs and no others."""
        return self._ask(
            "POST", "/predict", inputs, partial(read_answer, contract=contract, sent=inputs)
        )

    def _ask(
        self,
        method: str,
        path: str,
        content: Mapping[str, Value] | None,
        read_body: Callable[[bytes], T],
    ) -> T:
        try:
            reply = self._send(method, path, content)
            _refuse_errors(reply)
            try:
                return read_body(reply.body)
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
        remaining = self._deadline - monotonic()
        if remaining <= 0:
            raise ApiTooSlow("no time was left to ask")
        url = self._address + path
        return exchange(method, url, headers=headers, body=body, timeout_s=remaining)


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
        problem = read(Problem, reply.body)
    except ValueError as error:
        raise ApiNonsense(f"{cause} without a reason: {error}") from error
    raise ApiRejected(f"{cause}: {problem.title}", problem.errors or ())
