"""What tests of the harness share: services that answer, runs of pytest, and a hostile verdict."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from harness.verdict.verdict import Verdict
from tests.unit.harness import judged, verdicts
from tests.unit.harness.judged import Judge
from tests.unit.harness.machine import Machine
from tests.unit.harness.registry import Registry, answering

ROOT = Path(__file__).resolve().parents[3]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Where a service of a stack answers that was not booted by the tests."""
    with answering(Quiet) as address:
        yield address


@pytest.fixture
def registry() -> Iterator[Registry]:
    registry = Registry()
    thread = threading.Thread(target=registry.server.serve_forever, args=(0.02,))
    thread.start()
    yield registry
    registry.server.shutdown()
    thread.join()
    registry.server.server_close()


@pytest.fixture
def machine(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(pytester, monkeypatch)


@pytest.fixture
def judge(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Runs pytest in a folder of its own; returns what it said, and its verdict."""
    # All plugins that are installed take most of the time that pytest needs to start.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\naddopts = --strict-markers -p xdist")
    pytester.makeconftest('pytest_plugins = ["harness.plugin", "tests.houses.plugin"]')
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(
        tests: str, *options: str, alone: bool = False
    ) -> tuple[pytest.RunResult, judged.Verdict]:
        pytester.makepyfile(tests)
        start = pytester.runpytest_subprocess if alone else pytester.runpytest
        result = start(*options)
        return result, json.loads((pytester.path / "test-results/verdict.json").read_text())

    return run


@pytest.fixture
def hostile(tmp_path: Path) -> Verdict:
    """A run of which everything that can be named contains what must be escaped."""
    return verdicts.hostile(tmp_path)
