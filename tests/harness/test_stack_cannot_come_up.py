"""A stack that cannot become healthy: its start ends at once, with the cause by the service's name.

Without that each of these would be waited for longer than a test may take.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.stack import compose_files
from harness.stack.boot import running_stack
from harness.stack.ports import free_ports
from tests.harness.clone import PROBE, Clone, python

pytestmark = pytest.mark.containers

NEVER_WELL = {
    "test": ["CMD", "python", "-c", PROBE],
    "interval": "10m",
    "start_period": "10m",
    "start_interval": "10m",
}
UNWELL = {"test": ["CMD", "sh", "-c", "echo no model; exit 1"], "interval": "200ms", "retries": 1}


def error_of(clone: Clone, logs: Path) -> str:
    """What the harness says when it boots ``clone``, which does not come up."""
    with pytest.raises(HarnessError) as caught, running_stack(clone.layout, logs=logs):
        pass
    return str(caught.value)


@pytest.mark.parametrize(
    ("web", "causes"),
    [
        pytest.param(
            {"command": python("print('no model'); raise SystemExit(3)"), "restart": "no"},
            ("web is exited with exit code 3",),
            id="ends",
        ),
        pytest.param(
            {"command": python("print('no model'); raise SystemExit(3)")},
            # Told by the engine's events or, where compose gave up first, by the container.
            (
                "web ends again and again (crash loop, ",
                "web ended with exit code 3 and was started",
            ),
            id="crash loop",
        ),
        pytest.param(
            {"command": python("print('no model', flush=True); bytearray(10**9)")},
            ("web was killed for want of memory (its limit is 48 MiB)",),
            id="out of memory",
        ),
        pytest.param({"healthcheck": UNWELL}, ("web is unhealthy: no model",), id="unhealthy"),
    ],
)
def test_the_cause_is_named_at_once(
    clone: Clone, tmp_path: Path, web: dict[str, Any], causes: tuple[str, ...]
) -> None:
    clone.compose(**{"mem_limit": "48m", "healthcheck": NEVER_WELL, **web})

    said = error_of(clone, tmp_path / "logs")

    assert said.startswith(tuple(f"the stack did not come up: {cause}" for cause in causes))
    assert "--- the last lines of web ---" in said
    assert "no model" in said
    assert (tmp_path / "logs" / "web.log").exists()


def test_a_port_that_was_taken_meanwhile_is_named(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        monkeypatch.setattr(
            compose_files, "free_ports", lambda count: [taken, *free_ports(count)][:count]
        )

        said = error_of(clone, tmp_path / "logs")

    assert said.startswith("the stack did not come up: a host port is taken")
    assert str(taken) in said


def test_an_image_that_cannot_be_built_is_named(clone: Clone, tmp_path: Path) -> None:
    (clone.folder / "Dockerfile").write_text("FROM python:3.13-slim\nRUN echo no luck; exit 1\n")

    said = error_of(clone, tmp_path / "logs")

    assert said.startswith("the stack did not come up: an image cannot be built")
    assert "no luck" in said
