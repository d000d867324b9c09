"""Hooks by which the tests of one system tell the gate what it cannot know of that system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.stack.running import Stack
    from harness.verdict.checks import Check
    from harness.verdict.verdict import Verdict

ABOUT, FACTS = "about", "facts"
"""Names of what the report shows of a hook's facts: what was tested in a few words, for its head;
and a list of terms with their values, both as they are shown."""


@pytest.hookspec
def pytest_harness_tested(config: pytest.Config, stacks: Sequence[Stack]) -> Mapping[str, Any]:  # type: ignore[empty-body]
    """What was tested, asked once at the end of a run, while ``stacks`` still answer.

    Returns:
        Name of a fact -> the fact, fit for JSON; it becomes a part of the verdict. The report
        shows those named :data:`ABOUT` (a text) and :data:`FACTS` (term -> value).
    """


@pytest.hookspec
def pytest_harness_troubles(config: pytest.Config, tested: Mapping[str, Any]) -> Sequence[str]:  # type: ignore[empty-body]
    """What is wrong with what was tested although no check says so, a line each: it is a no then.

    Args:
        config: of the run.
        tested: the parts of the verdict that :func:`pytest_harness_tested` gave.
    """


@pytest.hookspec(firstresult=True)
def pytest_harness_catalogue(config: pytest.Config) -> Mapping[str, Check] | None:
    """All checks that a yes of this run must stand on; None for just those it was asked for.

    Returns:
        pytest's name of the test -> the check. One that was left out, by whatever way, makes the
        verdict "incomplete" where it would be yes.

    Raises:
        HarnessError: they are not known; the verdict is no then.
    """


@pytest.hookspec
def pytest_harness_verdict(config: pytest.Config, verdict: Verdict, page: Path) -> str | None:
    """The verdict is written, and ``page`` is its report. Says in one line what was done with it.

    Raises:
        HarnessError: what was asked for could not be done; the run does not exit with 0 then.
    """
