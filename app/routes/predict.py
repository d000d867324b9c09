"""``POST /predict`` and ``POST /predict/batch``."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import request_body
from app.answers import batch_prediction_model, prediction_model
from app.house import batch_model, typical_house
from app.openapi import json_request
from app.predictor import Estimate
from app.service import Service
from app.validation import House

# One house is far smaller. A larger body is parsed away from the event loop, so that a megabyte
# of hostile JSON does not hold up the health checks.
INLINE_BYTES = 32 << 10


def router(service: Service) -> APIRouter:
    """One price takes about 0.1 ms, less than handing it to a thread: it is made in place, and
    FastAPI's pool of threads, which slow requests can exhaust, is not used at all. A batch takes up
    to a thousand times that and goes to the worker that is kept for batches.
    """
    routes = APIRouter(tags=["Predict"])
    answers = _Answers(service)
    house, max_bytes = service.houses.model, service.houses.max_body_bytes
    typical = typical_house(service.bundle.contract)

    @routes.post(
        "/predict",
        summary="Price of one house",
        response_model=prediction_model(house),
        openapi_extra=json_request(house, typical),
    )
    async def predict(request: Request) -> Response:
        """The estimated price with its interval. Query parameters are ignored."""
        body = await request_body.read(request, max_bytes)
        if len(body) <= INLINE_BYTES:
            return _json(answers.one(body, request.state.request_id))
        return _json(await in_worker(answers.one, body, request.state.request_id))

    @routes.post(
        "/predict/batch",
        summary="Prices of up to 1,000 houses",
        response_model=batch_prediction_model(house),
        openapi_extra=json_request(batch_model(house), {"houses": [typical]}),
    )
    async def predict_batch(request: Request) -> Response:
        """The same prices, bit for bit, as one by one. One refused house refuses the batch."""
        body = await request_body.read(request, max_bytes)
        return _json(await in_worker(answers.many, body, request.state.request_id))

    async def in_worker(answer: Any, body: bytes, request_id: str) -> bytes:
        loop = asyncio.get_running_loop()
        answered: bytes = await loop.run_in_executor(service.batches, answer, body, request_id)
        return answered

    return routes


class _Answers:
    """From the bytes of a request to the bytes of its answer."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._origin = {
            "coverage": service.bundle.manifest.coverage,
            "forward_coverage": service.bundle.manifest.forward_coverage,
            "currency": service.bundle.contract.target.currency,
            "model_version": service.bundle.manifest.mlflow.model_version,
        }

    def one(self, body: bytes, request_id: str) -> bytes:
        house = self._service.houses.one(request_body.parse(body))
        [estimate] = self._service.predictor.predict([house])
        self._service.metrics.houses.inc()
        return self._encode(self._answer(estimate, house), request_id)

    def many(self, body: bytes, request_id: str) -> bytes:
        houses = self._service.houses.many(request_body.parse(body))
        estimates = self._service.predictor.predict(houses)
        self._service.metrics.houses.inc(len(houses))
        predictions = [
            self._answer(estimate, house) for estimate, house in zip(estimates, houses, strict=True)
        ]
        return self._encode({"predictions": predictions}, request_id)

    def _answer(self, estimate: Estimate, house: House) -> dict[str, Any]:
        warnings = self._service.extrapolation.warnings(house)
        return {**estimate._asdict(), "warnings": warnings, "inputs": house}

    def _encode(self, answer: dict[str, Any], request_id: str) -> bytes:
        """Floats are written with all their digits, so that they are read back as they were."""
        whole = answer | self._origin | {"request_id": request_id}
        return json.dumps(
            whole, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode()


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")
