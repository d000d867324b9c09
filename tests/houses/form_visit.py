"""Visits to the form without a browser, in which hundreds of them would take many minutes.

Each opens the page's WebSocket, lets the script draw the form, presses the button and goes away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

if TYPE_CHECKING:
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

STREAM, SUBPROTOCOL = "/_stcore/stream", "streamlit"
RESULT = "data-request-id="
"""Part of what the page shows where it shows a price."""
VISIT_TIMEOUT_S = 300.0
"""It guards against a hang and judges nothing."""


@dataclass
class Run:
    """What one run of the form's script drew.

    Attributes:
        ended: how, in Streamlit's words; empty while it runs.
        errors: that stand on the page; the form's log has more of them.
        button: id of the button that sends the form, empty without one.
        has_price: whether a price stands there.
        seconds: from the request for it to its end.
    """

    ended: str = ""
    errors: list[str] = field(default_factory=list)
    button: str = ""
    has_price: bool = False
    seconds: float = 0.0

    def note(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "script_finished":
            self.ended = message.ScriptFinishedStatus.Name(message.script_finished)
        if message.WhichOneof("type") != "delta":
            return
        element = message.delta.new_element
        match element.WhichOneof("type"):
            case "exception":
                self.errors.append(element.exception.message or element.exception.type)
            case "html":
                self.has_price |= RESULT in element.html.body
            case "button" if element.button.is_form_submitter:
                self.button = element.button.id


def visit(address: str) -> tuple[Run, Run]:
    """What the script drew when the page was opened, and after a click on its button."""
    [runs] = visits(address, 1)
    return runs


def visits(address: str, count: int, at_once: int = 1) -> list[tuple[Run, Run]]:
    """``count`` visits by different people.

    Args:
        address: of the form.
        at_once: so many at the same time.

    Raises:
        AssertionError: the form hangs up or never ends its script.
    """

    async def all_visits() -> list[tuple[Run, Run]]:
        free = asyncio.Semaphore(at_once)

        async def in_turn() -> tuple[Run, Run]:
            async with free:
                return await _visit(address, clicking=asyncio.Barrier(1))

        return await asyncio.gather(*(in_turn() for _ in range(count)))

    return _result_of(all_visits())


def crowd(address: str, count: int) -> list[Run]:
    """What ``count`` people see who have all opened the form and press its button together.

    Raises:
        AssertionError: as :func:`visits`.
    """

    async def all_visits() -> list[tuple[Run, Run]]:
        clicking = asyncio.Barrier(count)
        return await asyncio.gather(*(_visit(address, clicking) for _ in range(count)))

    return [clicked for _, clicked in _result_of(all_visits())]


def _result_of(all_visits: Coroutine[Any, Any, list[tuple[Run, Run]]]) -> list[tuple[Run, Run]]:
    # In a thread of its own: Playwright leaves an event loop in that of the tests.
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(asyncio.run, all_visits).result()
        except TimeoutError:
            raise AssertionError(
                f"the form's script does not end: a visit took {VISIT_TIMEOUT_S:g} s"
            ) from None


async def _visit(address: str, clicking: asyncio.Barrier) -> tuple[Run, Run]:
    """Opens the form, and presses its button once all whom ``clicking`` awaits have it open."""
    from streamlit.proto.BackMsg_pb2 import BackMsg  # Streamlit takes seconds to load

    opens, clicks = BackMsg(), BackMsg()
    opens.rerun_script.SetInParent()
    async with (
        # The time limits of the client end with the handshake.
        asyncio.timeout(VISIT_TIMEOUT_S),
        ClientSession() as client,
        client.ws_connect(address + STREAM, protocols=[SUBPROTOCOL], max_msg_size=0) as socket,
    ):
        opened = await _run(socket, opens)
        widget = clicks.rerun_script.widget_states.widgets.add()
        widget.id, widget.trigger_value = opened.button, True
        await clicking.wait()
        return opened, await _run(socket, clicks)


async def _run(socket: ClientWebSocketResponse, asked: BackMsg) -> Run:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    run, begun = Run(), time.monotonic()
    await socket.send_bytes(asked.SerializeToString())
    while not run.ended:
        received = await socket.receive()
        assert received.type == WSMsgType.BINARY, f"the form hung up: {received}"
        run.note(ForwardMsg.FromString(received.data))
    run.seconds = time.monotonic() - begun
    return run
