"""Faults that a service may have, and the system as its users see it meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from harness.stack.running import ComposeStack
from harness.stack.wait import wait_until
from tests.e2e.page import assert_plain_message, due_s
from tests.houses.api import PriceApi, Value
from tests.houses.form import PriceForm
from tests.houses.tracker import MlflowApi

if TYPE_CHECKING:
    from playwright.sync_api import Page

# They guard against a hang. How long the engine takes to notice or to start something says nothing
# about the system, so nothing is judged by it.
NOTICE_TIMEOUT_S = 180.0
SILENCE_S, TIMES_AS_LONG = 1.0, 20
"""Without an answer for so long, an address counts as silent: for a second at least, and for much
longer than it took to answer just before."""
SURVIVOR = bytes(range(256)) * 4
"""A file of a run, which every fault must leave as it is."""


@dataclass(frozen=True)
class Fault:
    """How a service is broken, and how that ends.

    Attributes:
        lasts: until somebody ends it.
        headline: of what the form says where the API has it.
    """

    inflict: Callable[[ComposeStack, str], None]
    end: Callable[[ComposeStack, str], object]
    lasts: bool = True
    headline: str = ""


# To all that the container's init has started. What the engine starts beside it, such as a probe,
# has no parent there; a frozen probe would hold up all later ones.
_SIGNAL = """
import contextlib, os, pathlib, signal, sys

for folder in pathlib.Path("/proc").glob("[0-9]*"):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        if folder.name != "1" and parent != "0":
            os.kill(int(folder.name), signal.Signals[sys.argv[1]])
"""


def _signal_all(stack: ComposeStack, service: str, name: str) -> None:
    """Sends a signal to all processes of a service, as somebody inside its container may."""
    done = stack.exec(service, "python", "-c", _SIGNAL, name)
    assert done.returncode == 0, done.stderr


def _hang(stack: ComposeStack, service: str) -> None:
    """As in a deadlock: the container runs, its port takes connections, its program stands still.

    Unlike a paused container, it runs the probe of its health.
    """
    _signal_all(stack, service, "SIGSTOP")


def _unhang(stack: ComposeStack, service: str) -> None:
    _signal_all(stack, service, "SIGCONT")


def terminate(stack: ComposeStack, service: str) -> None:
    """Asks the program to end, behind the back of the engine, which then starts it again."""
    _signal_all(stack, service, "SIGTERM")


HUNG = Fault(_hang, _unhang)
FAULTS = {
    "stopped": Fault(ComposeStack.stop, ComposeStack.start, headline="cannot be reached"),
    "paused": Fault(ComposeStack.pause, ComposeStack.unpause, headline="took too long"),
    # Nobody has to do anything: its restart policy does.
    "crashed": Fault(ComposeStack.crash, ComposeStack.wait_until_restarted, lasts=False),
    "cut off": Fault(ComposeStack.cut_off, ComposeStack.reconnect),
    # What a release does, and a node that is drained: another container, and the same volumes.
    "removed": Fault(ComposeStack.remove, ComposeStack.create, headline="cannot be reached"),
}


class System:
    """A stack as a whole, with a house whose price is known and a page that stays open on it.

    Each question opens a connection of its own: one that was open before a fault may be dead.
    """

    def __init__(self, stack: ComposeStack, page: Page) -> None:
        self.stack = stack
        self._usual_s: dict[str, float] = {}
        with PriceApi(stack.url("fastapi")) as api:
            inputs = api.schema()["inputs"]
        self.house: dict[str, Value] = {one["name"]: one["default"] for one in inputs}
        self.form = PriceForm(page, stack.url("streamlit")).at_hand()
        self.figures = self.form.estimate().figures
        with MlflowApi(stack.url("mlflow")) as tracker:
            self.run_id = tracker.create_run("survivor")
            tracker.save_artifact(self.run_id, "survivor.bin", SURVIVOR)
        self.assert_predicts()

    def assert_predicts(self) -> None:
        with PriceApi(self.stack.url("fastapi")) as api:
            assert api.is_ready(), "the API is not ready"
            assert api.predict(self.house).figures == self.figures

    def assert_shows_the_price(self) -> None:
        """On the page that was opened before the fault, without a reload."""
        assert self.form.estimate().figures == self.figures

    def assert_tracks(self) -> None:
        with MlflowApi(self.stack.url("mlflow")) as tracker:
            assert tracker.run(self.run_id)["info"]["run_name"] == "survivor"
            kept = tracker.artifact(self.run_id, "survivor.bin")
            assert kept == SURVIVOR, "the files of a run are not those that were saved"

    def assert_works(self) -> None:
        self.assert_predicts()
        self.assert_shows_the_price()
        self.assert_tracks()

    def assert_shows_no_other_price(self) -> bool:
        """The page gives a plain message in time, or the price. Returns whether it is the price."""
        took = self.form.press()
        assert took < due_s(self.form), f"the message came {took:.1f} s after the click"
        if self.form.shows_a_price():
            ours = self.form.shown().figures == self.figures
            assert ours, "the form shows a price that the API did not give"
            return True
        assert_plain_message(self.form)
        return False

    @contextmanager
    def broken(self, service: str, fault: Fault) -> Iterator[None]:
        """In the block, ``service`` has ``fault``."""
        self._usual_s[service] = seconds_to_answer(self.stack.url(service))
        try:
            fault.inflict(self.stack, service)
            yield
        finally:
            self._ended = time.monotonic()
            fault.end(self.stack, service)

    def is_silent(self, service: str) -> bool:
        """Whether nothing comes back from a service that :meth:`broken` has broken."""
        silence_s = max(SILENCE_S, TIMES_AS_LONG * self._usual_s[service])
        try:
            requests.get(self.stack.url(service), timeout=silence_s)
        except requests.RequestException:
            return True
        return False

    def until_it_works(self) -> float:
        """Returns the seconds that everything took to work again, since the fault was ended.

        It does not wait for the engine, which may take ten seconds more to call a service healthy.
        """
        self.assert_works()
        return time.monotonic() - self._ended

    def tracker_status(self) -> str:
        """What the API says of MLflow."""
        with PriceApi(self.stack.url("fastapi")) as api:
            answer = api.get("/health")
        assert answer.status_code == 200, f"the API is not ready: {answer.text[:200]}"
        status: str = answer.json()["tracker"]["status"]
        return status

    def until_tracker_is(self, status: str) -> float:
        def problem() -> str | None:
            found = self.tracker_status()
            return None if found == status else f"it says {found}"

        return wait_until(
            problem,
            what=f"the API says that MLflow is {status}",
            seconds=NOTICE_TIMEOUT_S,
            hint="GET /health shows what its last question to MLflow gave",
        )


def seconds_to_answer(address: str) -> float:
    begun = time.monotonic()
    requests.get(address, timeout=NOTICE_TIMEOUT_S)
    return time.monotonic() - begun


def is_closed(address: str) -> bool:
    """Whether a connection is refused there, or closed without an answer."""
    try:
        requests.get(address, timeout=NOTICE_TIMEOUT_S)
    except requests.ConnectionError:
        return True
    return False
