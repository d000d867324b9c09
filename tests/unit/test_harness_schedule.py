"""How tests are dealt out to the workers of ``pytest -n``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
import json, pathlib
pytest_plugins = ["harness.plugin"]

def pytest_runtest_logreport(report):
    if report.when == "call" and hasattr(report, "node"):  # in the main process
        name, worker = report.nodeid.partition("::")[2], report.node.gateway.id
        with pathlib.Path("ran").open("a") as file:
            file.write(json.dumps([name, worker]) + "\\n")
"""

TESTS = """
import pathlib, time, pytest

def both(name):
    # Each waits until the other worker has begun, so that neither can run all.
    pathlib.Path(name).touch()
    deadline = time.monotonic() + 20
    while not all(pathlib.Path(each).exists() for each in ("broke", "looked")):
        assert time.monotonic() < deadline, "one worker has it all"

@pytest.mark.parametrize("n", range(20))
def test_looks(n): both("looked")

@pytest.mark.destructive
@pytest.mark.parametrize("n", range(6))
def test_breaks(n): both("broke")
"""


def test_destructive_tests_are_the_work_of_one_worker_while_others_go_on(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    options = "--strict-markers -p no:schemathesis -p no:playwright"
    pytester.makeini(f"[pytest]\naddopts = {options}")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)

    result = pytester.runpytest_subprocess("-n", "2")

    result.assert_outcomes(passed=26)
    ran = [json.loads(line) for line in (pytester.path / "ran").read_text().splitlines()]
    breaking = {worker for name, worker in ran if name.startswith("test_breaks")}
    looking = {worker for name, worker in ran if name.startswith("test_looks")}
    assert len(breaking) == 1
    assert looking - breaking
