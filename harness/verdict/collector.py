"""Hooks that gather what the verdict is made of: what was asked for, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from typing import Any

import pytest

from harness.run import RUN
from harness.stack.once import Once
from harness.verdict.checks import Check, check_of
from harness.verdict.outcomes import check_in, not_run, result_of
from harness.verdict.report import remove as remove_reports
from harness.verdict.verdict import LeftOut, Result

CATALOGUE = "catalogue"
NOTHING: dict[str, Any] = {
    "checks": {},
    "together": {},
    "left_out": [],
    "deselected": 0,
    "refused": "",
}
ELSEWHERE = "needs the containers, which a stack that runs elsewhere does not show"
COLLECTOR = pytest.StashKey["Collector"]()
COLLECTS = "harness-collector"
"""Name of the plugin that each one is to pytest."""
_ENDED_BY_ITSELF = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


class Collector:
    """One in each process of a run; that of the main process has it all in the end.

    With xdist the main process collects no tests, so a worker writes the list for it.

    Attributes:
        offered: the tests that were collected, before any was deselected.
        left_out: those that were asked for and cannot be run here.
        refused: why nothing can be run of what was asked for; empty where something can.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._catalogue: dict[str, Any] | None = None
        self._reports: dict[str, list[pytest.TestReport]] = {}
        self._uncollected: dict[str, str] = {}
        self._troubles: list[str] = []
        self._stopped = ""
        self._deselected = 0
        self.left_out: list[pytest.Item] = []
        self.offered: list[pytest.Item] = []
        self.refused = ""
        self.started = time.time()
        self.has_begun = False

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        self.has_begun = True
        if not self._config.option.collectonly and not self._config.stash[RUN].is_worker:
            remove_reports(self._config.stash[RUN].results)
        try:
            return (yield)
        except pytest.UsageError as error:
            if not self.refused:
                self._troubles.append(str(error))
            raise

    @pytest.hookimpl(tryfirst=True)  # before -k and -m
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        self.offered = list(items)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self._deselected += len(items)

    @pytest.hookimpl(tryfirst=True)  # before xdist tells the main process that all is collected
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        checks = {item.nodeid: check_of(item).to_json() for item in session.items}
        left_out = [check_of(item).to_json() for item in self.left_out]
        deselected = self._deselected - len(left_out)
        self._catalogue = {"checks": checks, "left_out": left_out, "deselected": deselected}
        self._catalogue["refused"] = self.refused
        self._catalogue["together"] = {
            item.nodeid: name for item in session.items if (name := _together(item))
        }
        run = self._config.stash[RUN]
        if run.is_worker:
            Once(run.folder).get(CATALOGUE, lambda: self._catalogue)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.passed:
            return
        said = report.longrepr
        why = str(said[2]) if isinstance(said, tuple) else report.longreprtext
        last = (why.strip().splitlines() or ["?"])[-1]
        how = "was skipped" if report.skipped else "could not be collected"
        self._uncollected[report.nodeid] = f"{report.nodeid} {how}: {last}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.setdefault(report.nodeid, []).append(report)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._stopped = str(excinfo.value) or "the run was interrupted"

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.has_begun = True
        self._stopped = f"internal error: {excinfo.exconly().splitlines()[0]}"

    def results(self, session: pytest.Session) -> list[Result]:
        """All checks that were asked for, in the order in which they were collected."""
        stopped = self._why_stopped(session)
        checks = {name: Check(**check) for name, check in self._collected()["checks"].items()}
        for nodeid, reports in self._reports.items():
            checks.setdefault(nodeid, check_in(reports, nodeid))
        return [self._result(check, nodeid, stopped) for nodeid, check in checks.items()]

    def troubles(self, session: pytest.Session, results: Sequence[Result]) -> list[str]:
        """What went wrong beside the tests, a line each."""
        refused = [why] if (why := self.why_refused()) else []
        found = [*self._troubles, *refused, *self._uncollected.values()]
        cut_off = any(result.outcome == "not run" for result in results)
        if cut_off or (session.exitstatus not in _ENDED_BY_ITSELF and not found):
            found.append(self._why_stopped(session))
        return found

    def why_refused(self) -> str:
        """:attr:`refused` of this process, or of the workers, for which xdist tells nobody."""
        return str(self._collected()["refused"])

    def together(self) -> dict[str, str]:
        """Node id -> what the test shares with others, so that one worker should run them all."""
        return dict(self._collected()["together"])

    def left_out_here(self) -> list[LeftOut]:
        return [LeftOut(Check(**check), ELSEWHERE) for check in self._collected()["left_out"]]

    def deselected(self) -> int:
        """How many tests of the files that were given were not asked for."""
        return int(self._collected()["deselected"])

    def _result(self, check: Check, nodeid: str, stopped: str) -> Result:
        reports = self._reports.get(nodeid)
        if not reports:
            return not_run(check, nodeid, stopped)
        folder = self._config.stash[RUN].results
        return result_of(check, nodeid, reports, stopped=stopped, folder=folder)

    def _collected(self) -> dict[str, Any]:
        if self._catalogue is None:
            if not self._config.pluginmanager.hasplugin("dsession"):
                return NOTHING
            self._catalogue = Once(self._config.stash[RUN].folder).get(CATALOGUE, lambda: NOTHING)
        return self._catalogue

    def _why_stopped(self, session: pytest.Session) -> str:
        why = self._stopped or session.shouldfail or session.shouldstop
        return str(why) if why else "the run ended before it"


def _together(item: pytest.Item) -> str | None:
    """Destructive tests take turns on one stack; a group, and a file without a stack, may share
    what each worker would make anew."""
    if item.get_closest_marker("destructive"):
        return "destructive"
    if group := item.get_closest_marker("xdist_group"):
        return str(group.kwargs.get("name") or group.args[0])
    return None if "stack" in getattr(item, "fixturenames", ()) else item.nodeid.partition("::")[0]
