"""Hooks and options of the pytest plugin. The work is done in ``run.py`` and what it stands on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator
from typing import Any

import pytest

from harness.browser.fixtures import *  # noqa: F403  # pytest finds fixtures by name in a plugin's module
from harness.fixtures import *  # noqa: F403
from harness.run import RUN, Run, results_of
from harness.verdict import hooks
from harness.verdict.checks import (
    CHECK,
    NO_OBJECT,
    WORDS,
    DoesNotApply,
    check_of,
)
from harness.verdict.checks import figure as figure  # a fixture too
from harness.verdict.choice import Choice, none_elsewhere, select
from harness.verdict.collector import COLLECTOR, COLLECTS, Collector
from harness.verdict.conclusion import CONCLUSION, conclude
from harness.verdict.evidence import add_logs
from harness.verdict.report import remove as remove_reports
from harness.verdict.terminal import say_last

MARKERS = (
    "check(id): what the test proves is listed in the verdict as ``group.name``",
    "destructive: breaks services, on a stack of its own; deselected with --url",
    "containers: looks into the containers; deselected with --url",
    # As xdist has it, which need not be installed.
    "xdist_group(name): is run by the same worker as all others of this name",
    "same_page: goes on with the page that the marked test before it left",
)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("stack", "the stack under test")
    group.addoption(
        "--url",
        dest="url",  # shared with options such as --api-url
        action="append",
        default=[],
        metavar="SERVICE=URL",
        help="test the running stack whose SERVICE is at URL, instead of booting one; may be "
        "given again for others of its services",
    )
    parser.addini(WORDS, "words that the sentences of checks spell in their own way", type="args")
    group.addoption(
        "--check",
        action="append",
        default=[],
        metavar="ID",
        help="run only this check, group of checks or pattern; may be given again",
    )
    group.addoption(
        "--keep-stack",
        action="store_true",
        help="leave the stack up and say how to reach and remove it",
    )


def pytest_configure(config: pytest.Config) -> None:
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    config.stash[RUN] = Run(config)
    config.stash[COLLECTOR] = Collector(config)
    if sys.flags.optimize:
        raise pytest.UsageError(
            "Python leaves out every assert (-O, PYTHONOPTIMIZE), so nothing would be proved. "
            "Fix: leave that out"
        )
    if config.pluginmanager.register(config.stash[COLLECTOR], COLLECTS) is None:
        raise pytest.UsageError(
            f"-p no:{COLLECTS} takes away what the verdict is made of. Fix: leave that out"
        )
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # CI that is cancelled: like Ctrl-C
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """A command that was refused before anything began leaves no verdict of an earlier run."""
    try:
        return (yield)
    except pytest.UsageError:
        collector = config.stash.get(COLLECTOR, None)
        if collector is None or not collector.has_begun:
            remove_reports(results_of(config))
        raise


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: tells a worker where the processes of the run meet."""
    node.workerinput["harness"] = node.config.stash[RUN].for_worker()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """Only where ``-n`` leaves it to us how tests are dealt out."""
    if config.getoption("dist") != "load":
        return None
    from harness.stack.schedule import Schedule  # xdist need not be installed

    return Schedule(config, log, config.stash[COLLECTOR].together)


def pytest_report_header(config: pytest.Config) -> str:
    run = config.stash[RUN]
    end = "kept" if run.keep else "removed"
    return f"stack: {run.remote or f'booted when the first test needs it, {end} at the end'}"


@pytest.hookimpl(trylast=True)  # what -k and -m leave out was not asked for
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves what ``--check`` names and what can be run here: a stack that runs elsewhere shows
    nobody its containers."""
    remote = config.stash[RUN].remote is not None
    collector = config.stash[COLLECTOR]
    try:
        wanted = select(items, config.getoption("--check"), _choice(config))
        impossible = [item for item in wanted if remote and _needs_containers(item)]
        if wanted and len(impossible) == len(wanted):
            raise none_elsewhere(
                impossible, [item for item in collector.offered if not _needs_containers(item)]
            )
    except pytest.UsageError as error:
        collector.refused = str(error)
        items.clear()  # xdist would have them run by a worker that has ended
        raise
    collector.left_out = impossible
    kept = [item for item in wanted if item not in set(impossible)]
    left_out = [item for item in items if item not in set(kept)]
    for item in kept:
        item.user_properties.append((CHECK, check_of(item).to_json()))
    items[:] = kept
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def _choice(config: pytest.Config) -> Choice:
    given = [config.invocation_params.dir / path.partition("::")[0] for path in config.args]
    folders = config.getini("testpaths")
    return Choice(
        config.stash[COLLECTOR].offered,
        given=config.args,
        elsewhere=[
            folder
            for folder in folders
            if not any((config.rootpath / folder).is_relative_to(path) for path in given)
        ],
        keyword=config.option.keyword,
        markers=config.option.markexpr,
    )


def _needs_containers(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(marker) for marker in ("destructive", "containers"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, DoesNotApply):
        report.user_properties.append((NO_OBJECT, call.excinfo.value.reason))
    if report.failed:
        add_logs(item, report, since=call.start)
    return report


@pytest.hookimpl(trylast=True)  # with xdist: after all workers have ended
def pytest_sessionfinish(session: pytest.Session) -> None:
    conclude(session)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The verdict comes after all else that is printed."""
    say_last(config, config.stash.get(CONCLUSION, []))
