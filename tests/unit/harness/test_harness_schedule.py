"""How tests are dealt out to the workers of ``pytest -n``."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
import json, pathlib, pytest
from harness.stack.wait import wait_until
pytest_plugins = ["harness.plugin"]

@pytest.fixture
def stack():
    "No stack is needed to see who would get the test."

@pytest.fixture
def both_at_work(request):
    # Each worker waits until the other has one too, so that neither can run all.
    def began(worker):
        return pathlib.Path(f"{worker}-began")
    began(request.config.workerinput["workerid"]).touch()
    def problem():
        if not all(began(worker).exists() for worker in ("gw0", "gw1")):
            return "one worker has it all"
    wait_until(problem, what="both at work", hint="how was it dealt out?", pause=0.01)

def pytest_runtest_logreport(report):
    if report.when == "call" and hasattr(report, "node"):  # in the main process
        name, worker = report.nodeid.partition("::")[2], report.node.gateway.id
        with pathlib.Path("ran").open("a") as file:
            file.write(json.dumps([name, worker]) + "\\n")
"""

ALONE = """
import pytest

@pytest.mark.parametrize("n", range(20))
def test_asks(stack, both_at_work, n): pass

@pytest.mark.destructive
@pytest.mark.parametrize("n", range(6))
def test_breaks(stack, n): pass

@pytest.mark.xdist_group("sharing")
@pytest.mark.parametrize("n", range(9))
def test_shares(stack, n): pass
"""

NO_STACK = """
import pytest

@pytest.mark.parametrize("n", range(8))
def test_computes(n): pass
"""


def test_tests_that_belong_together_are_the_work_of_one_worker_while_others_go_on(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[3]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\naddopts = --strict-markers -p xdist")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_stack=ALONE, test_unit=NO_STACK)

    result = pytester.runpytest_subprocess("-n", "2")

    result.assert_outcomes(passed=43)
    workers, first = defaultdict(list), dict[str, str]()
    for line in (pytester.path / "ran").read_text().splitlines():
        name, worker = json.loads(line)
        workers[name.partition("[")[0]].append(worker)
        first.setdefault(worker, name.partition("[")[0])
    for name in ("test_breaks", "test_shares", "test_computes"):
        assert len(set(workers[name])) == 1, name
    assert "test_breaks" in first.values(), "it takes longest, and so comes first"
    assert set(workers["test_asks"]) == {"gw0", "gw1"}
