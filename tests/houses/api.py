"""The price API as its users see it: typed answers, and refusals as values to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from harness.wire.client import HttpClient

Value = str | int | float | bool
House = Mapping[str, Value]
BATCH = 1000
"""Houses that one request may hold."""


@dataclass(frozen=True)
class Prediction:
    """The price of one house and the interval around it, in ``currency``.

    ``warnings`` name each value that is unlike all that the model learnt from.
    """

    price: float
    lower: float
    upper: float
    coverage: float
    forward_coverage: float | None
    currency: str
    model_version: str
    request_id: str
    warnings: list[dict[str, str]]
    inputs: dict[str, Value]

    @property
    def figures(self) -> tuple[float, float, float]:
        return self.price, self.lower, self.upper

    @property
    def beyond(self) -> list[str]:
        """The inputs that the warnings name."""
        return [warning["field"] for warning in self.warnings]


@dataclass(frozen=True)
class Refusal:
    """An answer of the kind 4xx, in the shape of RFC 9457."""

    status: int
    content_type: str
    title: str
    detail: str
    request_id: str
    errors: list[dict[str, Any]]
    error_count: int
    text: str

    @property
    def fields(self) -> list[str]:
        return [error["field"] for error in self.errors]


class ApiError(AssertionError):
    """The API answered something else than was asked of it."""

    def __init__(self, answer: requests.Response, wanted: str) -> None:
        asked = f"{answer.request.method} {answer.request.path_url}"
        super().__init__(f"{asked}: wanted {wanted}, got {answer.status_code}: {answer.text[:500]}")


class PriceApi(HttpClient):
    """Client of one API."""

    def schema(self) -> dict[str, Any]:
        """What ``GET /schema`` answers: the contract."""
        return self._object(self.get("/schema"))

    def model(self, **options: Any) -> dict[str, Any]:
        """What ``GET /model`` answers: which model this is."""
        return self._object(self.get("/model", **options))

    def openapi(self) -> dict[str, Any]:
        return self._object(self.get("/openapi.json"))

    def predict(self, house: House) -> Prediction:
        """Raises ApiError when the API does not answer 200."""
        return Prediction(**self._object(self.post("/predict", json=house)))

    def predict_batch(self, houses: Sequence[House]) -> list[Prediction]:
        """One prediction a house, in order. Raises ApiError when the API does not answer 200."""
        answer = self._object(self.post("/predict/batch", json={"houses": houses}))
        predictions = answer.pop("predictions")
        return [Prediction(**prediction, **answer) for prediction in predictions]

    def predict_many(self, houses: Sequence[House]) -> list[Prediction]:
        """One prediction a house, in order, of any number of houses, in as few batches as it takes.

        Raises ApiError when the API does not answer 200.
        """
        starts = range(0, len(houses), BATCH)
        return [
            prediction
            for at in starts
            for prediction in self.predict_batch(houses[at : at + BATCH])
        ]

    def refusal(self, path: str, **options: Any) -> Refusal:
        """What the API says to a POST that it must refuse.

        Raises:
            ApiError: it did not answer 4xx, or not in the documented shape.
        """
        answer = self.post(path, **options)
        if not 400 <= answer.status_code < 500:
            raise ApiError(answer, "a refusal (4xx)")
        try:
            body = answer.json()
            return Refusal(
                status=answer.status_code,
                content_type=answer.headers["content-type"],
                title=body["title"],
                detail=body["detail"],
                request_id=body["request_id"],
                errors=body.get("errors", []),
                error_count=body.get("error_count", 0),
                text=answer.text,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ApiError(answer, f"problem details ({error!r} is missing)") from error

    def is_ready(self) -> bool:
        return self.get("/health/ready").status_code == 200

    @staticmethod
    def _object(answer: requests.Response) -> dict[str, Any]:
        if answer.status_code != 200:
            raise ApiError(answer, "200")
        content: dict[str, Any] = answer.json()
        return content
