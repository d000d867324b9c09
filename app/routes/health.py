"""Health. The handlers are async and use no thread, so a busy process still answers them."""

from __future__ import annotations

from fastapi import APIRouter

from app.answers import Health, ServedModel, Status
from app.openapi import NOT_READY
from app.service import Service


def router(service: Service) -> APIRouter:
    routes = APIRouter(tags=["Health"])
    manifest = service.bundle.manifest
    served = ServedModel(
        name=manifest.mlflow.model_name,
        version=manifest.mlflow.model_version,
        run_id=manifest.mlflow.run_id,
        dataset=manifest.dataset,
    )

    @routes.get("/health/live", summary="Does the process answer?", response_model=Status)
    async def live() -> Status:
        """Nothing but this answer is checked."""
        return Status()

    @routes.get(
        "/health/ready",
        summary="Can it predict?",
        response_model=Status,
        responses=NOT_READY,
    )
    async def ready() -> Status:
        """Predicts a recorded house and compares; 503 with the reason when that fails."""
        service.require_ready()
        return Status()

    @routes.get("/health", summary="Summary", response_model=Health, responses=NOT_READY)
    async def health() -> Health:
        """As ready, with the model and whether the tracker can be reached."""
        service.require_ready()
        return Health(model=served, tracker=service.tracker.state)

    return routes
