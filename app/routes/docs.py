"""``/openapi.json`` and ``/docs``: Swagger UI from files of our own, without internet too."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import JSONResponse, RedirectResponse, Response

# The package carries Swagger UI's two files; its own FastAPI subclass is not used, because it
# mounts a folder where two fixed answers are enough.
_STATIC = files("fastapi_offline") / "static"
_NO_ICON = "data:,"
_CACHE = {"Cache-Control": "public, max-age=86400"}


def router(title: str, document: dict[str, Any]) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    script = (_STATIC / "swagger-ui-bundle.js").read_bytes()
    style = (_STATIC / "swagger-ui.css").read_bytes()
    # Relative addresses: they hold behind a proxy's prefix too.
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=title,
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url=_NO_ICON,
        swagger_ui_parameters={"tryItOutEnabled": True, "defaultModelsExpandDepth": 0},
    )

    @routes.get("/")
    async def root() -> Response:
        return RedirectResponse("/docs", status_code=307)

    @routes.get("/openapi.json")
    async def openapi() -> Response:
        return JSONResponse(document)

    @routes.get("/docs")
    async def docs() -> Response:
        return page

    @routes.get("/docs/swagger-ui-bundle.js")
    async def swagger_script() -> Response:
        return Response(script, media_type="text/javascript", headers=_CACHE)

    @routes.get("/docs/swagger-ui.css")
    async def swagger_style() -> Response:
        return Response(style, media_type="text/css", headers=_CACHE)

    return routes
