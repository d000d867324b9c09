"""The end of a run: what was tested is asked, the stacks go, the verdict is written."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.run import RUN
from harness.stack.shared import begun, wake
from harness.verdict import report
from harness.verdict.checks import Check
from harness.verdict.collector import COLLECTOR
from harness.verdict.terminal import say
from harness.verdict.tested import images_of, what_is_tested
from harness.verdict.verdict import Result, Verdict

CONCLUSION = pytest.StashKey[Sequence[str]]()
"""What the terminal says last."""


def conclude(session: pytest.Session) -> None:
    """Removes the stacks and writes the verdict. A run that is not green does not exit with 0."""
    config = session.config
    run, collector = config.stash[RUN], config.stash[COLLECTOR]
    judged = collector.has_begun and not run.is_worker and not config.option.collectonly
    try:
        results = collector.results(session) if judged else []
        left_out = collector.left_out_here() if judged else []
        deselected = collector.deselected() if judged else 0
        plans = begun(run.folder) if "folder" in vars(run) else []
        if judged and plans:
            wake(run.folder)
        tested = what_is_tested(config, run.remote, plans) if judged else {}
        missing, unknown = _missing(config, results) if judged else ([], [])
        wrong = _wrong(config, tested) if judged else []
    finally:
        not_removed = _close(session)
    if not judged:
        return
    verdict = Verdict(
        started=collector.started,
        seconds=time.time() - collector.started,
        results=results,
        left_out=left_out,
        deselected=deselected,
        troubles=[*collector.troubles(session, results), *wrong, *unknown, *not_removed],
        missing=missing,
        tested={**tested, "images": images_of(run.measured)},
        boot=[stack.to_json() for stack in run.measured],
    )
    page = report.write(verdict, run.results)
    said = [*_lines(verdict), f"verdict: the report is {page.relative_to(config.rootpath)}"]
    config.stash[CONCLUSION] = said
    failed = not verdict.is_yes
    try:
        for done in config.hook.pytest_harness_verdict(config=config, verdict=verdict, page=page):
            said.insert(0, f"verdict: {done}")
    except HarnessError as error:
        failed = True
        said.insert(0, str(error))
    if collector.why_refused():
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    elif failed and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _missing(config: pytest.Config, results: Sequence[Result]) -> tuple[list[Check], list[str]]:
    """The checks that a yes needs and that were not asked for, and why those are not known."""
    try:
        needed = config.hook.pytest_harness_catalogue(config=config)
    except HarnessError as error:
        return [], [str(error)]
    asked = {result.nodeid for result in results}
    return [check for nodeid, check in (needed or {}).items() if nodeid not in asked], []


def _wrong(config: pytest.Config, tested: Mapping[str, Any]) -> list[str]:
    found = config.hook.pytest_harness_troubles(config=config, tested=tested)
    return [trouble for troubles in found for trouble in troubles]


def _close(session: pytest.Session) -> list[str]:
    """Removes the stacks; returns what could not be removed."""
    try:
        for line in session.config.stash[RUN].close():
            say(session.config, line)
    except HarnessError as error:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        say(session.config, str(error), red=True)
        return str(error).splitlines()
    return []


def _lines(verdict: Verdict) -> list[str]:
    few: Sequence[str] = verdict.reasons[:5]
    more = len(verdict.reasons) - len(few)
    shown = [f"  {reason[:200]}" for reason in few] + ([f"  and {more} more"] if more else [])
    return [*shown, f"verdict: {verdict.word}: {verdict.sentence}"]
