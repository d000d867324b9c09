"""What is put beside a failure, so that it can be understood without running it again."""

from __future__ import annotations

import re

import pytest

from harness.errors import HarnessError
from harness.stack.diagnosis import log_of
from harness.stack.docker_cli import tail
from harness.stack.running import ComposeStack

LINES = 15


def add_logs(item: pytest.Item, report: pytest.TestReport, *, since: float) -> None:
    """Adds to a failed test's report what its stack's services printed while it ran.

    Args:
        item: the test.
        report: gains one section a service that printed something.
        since: when the test began, seconds since the epoch.
    """
    used: dict[str, object] = getattr(item, "funcargs", {})
    for stack in {value for value in used.values() if isinstance(value, ComposeStack)}:
        for service in stack.planned_services:
            try:
                container = stack.inspect(service)["Id"]
                printed = log_of(container, "--since", f"{since:.3f}", times=True)
            except HarnessError as error:
                printed = f"(not to be had: {error})"
            if printed:
                title = f"{service}, last {LINES} lines during this test"
                report.sections.append((title, _with_short_times(tail(printed, LINES))))


def _with_short_times(printed: str) -> str:
    """``2026-11-25T17:32:13.657580959Z said`` is ``17:32:13.657 said``."""
    return "\n".join(re.sub(r"^\S+T(\S{12})\d*Z", r"\1", line) for line in printed.splitlines())
