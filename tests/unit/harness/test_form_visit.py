"""Visits to a form without a browser: to one that hangs, they end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from threading import Thread

import pytest
from aiohttp import web

from harness.wire import HANG_TIMEOUT_S
from tests.houses import form_visit
from tests.houses.form_visit import STREAM, SUBPROTOCOL, visit

VISIT_TIMEOUT_S = 0.2


async def take_and_say_nothing(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=[SUBPROTOCOL])
    await socket.prepare(request)
    async for _ in socket:
        pass
    return socket


@pytest.fixture
def silent_form() -> Iterator[str]:
    """The address of a form whose script never ends."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()

    async def serve() -> web.AppRunner:
        app = web.Application()
        app.router.add_get(STREAM, take_and_say_nothing)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    runner = asyncio.run_coroutine_threadsafe(serve(), loop).result(HANG_TIMEOUT_S)
    host, port = runner.addresses[0]
    yield f"http://{host}:{port}"
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(HANG_TIMEOUT_S)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_visit_to_a_form_that_hangs_ends(
    silent_form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_visit, "VISIT_TIMEOUT_S", VISIT_TIMEOUT_S)

    with pytest.raises(AssertionError, match="the form's script does not end"):
        visit(silent_form)
