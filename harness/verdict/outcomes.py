"""From the reports of one test, in the order in which they came, to how the check ended."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.verdict.checks import CHECK, FIGURE, NO_OBJECT, OTHER, SAMPLES, Check
from harness.verdict.verdict import Outcome, Result

BROWSER = "browser"
"""Name under which a report carries the folder that a browser test saved its files in."""
CRASHED = "???"  # xdist's name for the phase in which a worker died
LONG, MESSAGE = 40_000, 1_000  # characters

Reports = Sequence[pytest.TestReport]


def not_run(check: Check, nodeid: str, why: str) -> Result:
    return Result(check, nodeid, "not run", message=why)


def result_of(check: Check, nodeid: str, reports: Reports, *, stopped: str, folder: Path) -> Result:
    """How ``check`` ended.

    Args:
        check: the check.
        nodeid: pytest's name of it.
        reports: at least one.
        stopped: why the run ended, for a test that it cut off.
        folder: that paths are told relative to.
    """
    outcome = _outcome(reports)
    telling = [report for report in reports if not report.passed]
    # A part that does not apply says nothing of why the whole failed.
    telling.sort(key=lambda report: _no_object(report) is not None)
    message = _message(telling[0]) if telling else ""
    if outcome == "not run":
        message = stopped
    elif outcome == "flaky":
        message = f"passed, but only after: {message}"
    # The last has them all, but that of a crash has none.
    fullest = max(reversed(reports), key=lambda report: len(report.user_properties))
    noted: list[tuple[str, Any]] = list(fullest.user_properties)
    screenshots, trace = _saved(noted, folder)
    calls = [report for report in reports if report.when == "call" and not _is_part(report)]
    others = [report for report in reports if report.when in ("setup", "teardown")]
    return Result(
        check,
        nodeid,
        outcome,
        seconds=sum(report.duration for report in calls),
        setup_seconds=sum(report.duration for report in others),
        started=min((report.start for report in reports if report.start), default=None),
        message=message[:MESSAGE],
        longrepr="\n\n".join(report.longreprtext for report in telling)[:LONG],
        figures=[value for name, value in noted if name == FIGURE],
        samples=[value for name, value in noted if name == SAMPLES],
        sections=_sections(telling),
        screenshots=screenshots if outcome != "passed" else [],
        trace=trace if outcome != "passed" else None,
    )


def check_in(reports: Reports, nodeid: str) -> Check:
    """The check that the reports carry themselves; a crash carries none."""
    for report in reports:
        for name, value in report.user_properties:
            if name == CHECK and isinstance(value, dict):
                return Check(**value)
    return Check(nodeid, OTHER, nodeid)


def _outcome(reports: Reports) -> Outcome:
    calls = [report for report in reports if report.when == "call" and not _is_part(report)]
    passed = any(report.passed for report in calls)
    # A plugin that runs tests again says "rerun", or reports one more time.
    again = any(report.outcome not in ("passed", "failed", "skipped") for report in reports)
    if passed and (again or any(report.failed for report in calls)):
        return "flaky"
    if again or any(report.failed for report in reports if report.when == "call"):
        return "failed"
    if any(report.failed for report in reports):
        return "error"
    skipped = [report for report in reports if report.skipped]  # expected failures too
    if any(_no_object(report) is None for report in skipped):
        return "skipped"
    if skipped:  # even when it is only one of its subtests
        return "does not apply"
    ended = any(report.when == "teardown" for report in reports)
    return "passed" if passed and ended else "not run"


def _no_object(report: pytest.TestReport) -> str | None:
    """Why the question has no object; None for a plain skip."""
    return next((str(value) for name, value in report.user_properties if name == NO_OBJECT), None)


def _is_part(report: pytest.TestReport) -> bool:
    """Whether it is of a subtest."""
    return hasattr(report, "context")


def _part(report: Any) -> str:
    """What tells one subtest from the others."""
    context = report.context
    told = [context.msg or "", *(f"{key}={value}" for key, value in context.kwargs.items())]
    return ", ".join(filter(None, told)) or "a subtest"


def _message(report: pytest.TestReport) -> str:
    """The short message of an assertion or skip, or else the first words of the account."""
    if report.when == CRASHED:
        return f"the process that ran it crashed ({report.longreprtext.strip()})"
    if report.skipped and (reason := _no_object(report)) is not None:
        return f"{_part(report)}: {reason}" if _is_part(report) else reason
    if report.skipped and hasattr(report, "wasxfail"):
        return f"was expected to fail: {report.wasxfail or 'no reason was given'}"
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    said = str(crash.message if crash is not None else report.longreprtext).strip()
    said = said.removeprefix("AssertionError: ").removeprefix("Failed: ")
    return f"{_part(report)}: {said}" if _is_part(report) else said


def _sections(reports: Reports) -> list[tuple[str, str]]:
    """What was printed and logged, each once: a report repeats what those before it had."""
    found = {section: None for report in reports for section in report.sections}
    return [(title, text[-LONG:]) for title, text in found if text.strip()]


def _saved(noted: Sequence[tuple[str, object]], folder: Path) -> tuple[list[str], str | None]:
    """The screenshots of a browser test and its trace."""
    saved = [Path(str(value)) for name, value in noted if name == BROWSER]
    pictures = [file for folder in saved for file in sorted(folder.glob("*.png"))]
    traces = [file for folder in saved if (file := folder / "trace.zip").exists()]
    shown = [os.path.relpath(file, folder) for file in (*pictures, *traces)]
    return shown[: len(pictures)], shown[len(pictures)] if traces else None
