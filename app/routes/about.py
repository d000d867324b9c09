"""``GET /schema``, ``GET /model`` and ``GET /metrics``."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from app.answers import ModelCard
from app.contract import Contract
from app.metrics import CONTENT_TYPE
from app.service import Service


def router(service: Service) -> APIRouter:
    routes = APIRouter(tags=["About"])
    card = ModelCard.of(service.bundle.manifest)

    @routes.get("/schema", summary="The inputs of a house", response_model=Contract)
    async def schema() -> Response:
        """The contract that the model was trained for, byte for byte as in the bundle."""
        return Response(service.bundle.contract_json, media_type="application/json")

    @routes.get("/model", summary="Which model is served", response_model=ModelCard)
    async def model() -> ModelCard:
        """Its version and run in MLflow, its data, its metrics and the hashes of its files."""
        return card

    @routes.get("/metrics", summary="Metrics for Prometheus", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Requests, latency, predictions and the served model, in Prometheus' text format."""
        return Response(service.metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return routes
