"""What must be there before a stack is booted. Each failure names the cause and the fix."""

from __future__ import annotations

import re

from harness.errors import HarnessError
from harness.stack.compose_files import files_in
from harness.stack.docker_cli import ELSEWHERE, run
from harness.stack.layout import Layout

MIN_COMPOSE = (2, 24, 4)  # the first that knows !override
ENGINE_TIMEOUT_S = 20.0
"""For a question that takes a tenth of a second. A person waits for it."""


def preflight(layout: Layout) -> None:
    """Raises HarnessError when the stack of ``layout`` cannot be booted on this machine."""
    _engine()
    _compose()
    files_in(layout.root)
    for file, fix in layout.needs.items():
        if not (layout.root / file).is_file():
            raise HarnessError(f"{file}: {fix}, then run the tests again.")


def _engine() -> None:
    question = ["docker", "version", "--format", "{{.Server.Version}}"]
    asked = run(question, seconds=ENGINE_TIMEOUT_S, check=False)
    if asked.returncode != 0:
        said = (asked.stderr or asked.stdout).strip().splitlines() or ["no message"]
        raise HarnessError(
            f"no Docker engine answers ({said[-1]}). "
            f"Fix: start it (setup/engine.sh does), {ELSEWHERE}."
        )


def _compose() -> None:
    asked = run(["docker", "compose", "version", "--short"], seconds=ENGINE_TIMEOUT_S, check=False)
    if asked.returncode != 0:
        raise HarnessError(
            f"docker has no compose plugin. Fix: install it (setup/engine.sh does), {ELSEWHERE}."
        )
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", asked.stdout)
    if found is None or tuple(map(int, found.groups())) < MIN_COMPOSE:
        raise HarnessError(
            f"docker compose {asked.stdout.strip()} is too old. "
            f"Fix: update it to {'.'.join(map(str, MIN_COMPOSE))} or later, {ELSEWHERE}."
        )
