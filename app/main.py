"""Puts the application together for one service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import openapi, problems
from app.house import MAX_HOUSES
from app.observe import Observe
from app.routes import about, docs, health, predict
from app.service import Service

DESCRIPTION = f"""Estimates what a house sells for, with an interval around the price.

`GET /schema` says which inputs a house has. `POST /predict` takes one house,
`POST /predict/batch` up to {MAX_HOUSES:,}. Errors are `application/problem+json` (RFC 9457).
Every answer carries `X-Request-ID`. Query parameters are ignored."""


def create_app(service: Service) -> FastAPI:
    """The ASGI application; it owns ``service`` and closes it when the server stops."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.close()

    title = f"House prices: {service.bundle.contract.title}"
    app = FastAPI(
        title=title,
        description=DESCRIPTION,
        version="1",
        lifespan=lifespan,
        openapi_url=None,  # and with it /docs: ours, below, are complete and need no internet
        # A redirect would repeat the Host header of the request.
        redirect_slashes=False,
    )
    for router in (predict, about, health):
        app.include_router(router.router(service))
    app.openapi_schema = openapi.document(app, service.houses.max_body_bytes)
    app.include_router(docs.router(title, app.openapi_schema))
    problems.install(app)
    app.add_middleware(Observe, metrics=service.metrics)
    return app
