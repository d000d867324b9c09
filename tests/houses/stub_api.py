"""A stub of the API beside a stack: it lies on request and passes all else on to the real one.

What a form does with a slow, refusing or senseless API can so be seen with nothing broken::

    with running_stub(stack, name="stub") as stub:
        stub.says({"POST /predict": Lie(changes={"price": None})})
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.stack.running import ComposeStack
from harness.stack.sidecars import running_sidecar
from harness.wire.client import HttpClient
from tests.houses import stub_program


@dataclass(frozen=True)
class Lie:
    """How one address answers.

    Attributes:
        body: what it says; None for what the API says.
        status: with ``body``.
        content_type: with ``body``.
        changes: members that are replaced in what the API says.
        seconds: that it waits first.
    """

    body: str | None = None
    status: int = 200
    content_type: str = "application/json"
    changes: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0


class StubApi(HttpClient):
    """A running stub; ``url`` is where other containers of the stack reach it."""

    def __init__(self, address: str, url: str) -> None:
        super().__init__(address)
        self.url = url

    def says(self, lies: Mapping[str, Lie]) -> None:
        """Answers ``"METHOD /path"`` as told from now on, and everything else as the API does."""
        told = json.dumps({where: asdict(lie) for where, lie in lies.items()})  # NaN is a lie too
        self.request("PUT", stub_program.CONTROL, data=told).raise_for_status()

    def posted(self) -> list[str]:
        """The bodies that were posted since it was told how to answer, oldest first."""
        return [body for _, body in self._posted()]

    def seconds_between(self) -> float:
        """From the first to the last that was posted since then."""
        moments = [moment for moment, _ in self._posted()]
        return max(moments) - min(moments)

    def _posted(self) -> list[tuple[float, str]]:
        answer = self.get(stub_program.CONTROL)
        answer.raise_for_status()
        return [(moment, body) for moment, body in answer.json()]


@contextmanager
def running_stub(stack: ComposeStack, *, name: str, port: int = 8000) -> Iterator[StubApi]:
    """A stub for the API of ``stack``, in a container of the same image, honest at first.

    Args:
        stack: whose API it replaces.
        name: of the container, after that of the stack.
        port: that the API listens on in its container, and the stub too.

    Raises:
        HarnessError: it did not start or does not answer.
    """
    program = Path(stub_program.__file__).read_text()
    command = ("python", "-c", program, f"http://fastapi:{port}", str(port))
    with (
        running_sidecar(stack, "fastapi", name=name, port=port, command=command) as sidecar,
        StubApi(sidecar.address, f"http://{sidecar.name}:{port}") as stub,
    ):
        yield stub
