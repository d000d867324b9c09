"""Lines for the person who waits, between those that pytest prints."""

from __future__ import annotations

from collections.abc import Sequence

import pytest


def say(config: pytest.Config, line: str, **markup: bool) -> None:
    """Prints one line at once, also while a test's output is captured.

    Does nothing in an xdist worker, which has no terminal.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if reporter is None or capture is None:
        return
    with capture.global_and_fixture_disabled():
        if config.get_terminal_writer().width_of_current_line:
            reporter.write("\n")  # after the dots of the tests
        reporter.write_line(f"stack: {line}", **markup)


def say_last(config: pytest.Config, lines: Sequence[str]) -> None:
    """Prints what a person should read last."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        for line in lines:
            reporter.write_line(line)
