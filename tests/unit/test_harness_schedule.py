"""How tests are dealt out to the workers of ``pytest -n``."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
import json, pathlib, pytest, time
pytest_plugins = ["harness.plugin"]

@pytest.fixture
def stack():
    "No stack is needed to see who would get the test."

@pytest.fixture
def both_at_work(request):
    # Each worker waits until the other has begun, so that neither can run all.
    def began(worker):
        return pathlib.Path(f"{worker}-began")
    began(request.config.workerinput["workerid"]).touch()
    deadline = time.monotonic() + 20
    while not all(began(each).exists() for each in ("gw0", "gw1")):
        assert time.monotonic() < deadline, "one worker has it all"

def pytest_runtest_logreport(report):
    if report.when == "call" and hasattr(report, "node"):  # in the main process
        name, worker = report.nodeid.partition("::")[2], report.node.gateway.id
        with pathlib.Path("ran").open("a") as file:
            file.write(json.dumps([name, worker]) + "\\n")
"""

BESIDE = """
import pytest
pytestmark = pytest.mark.usefixtures("both_at_work")

@pytest.mark.parametrize("n", range(20))
def test_asks(stack, n): pass
"""

TOGETHER = """
import pytest
pytestmark = pytest.mark.usefixtures("both_at_work")

{mark}
@pytest.mark.parametrize("n", range(6))
def test_breaks(n{fixture}): pass
"""


@pytest.mark.parametrize(
    ("mark", "fixture"),
    [
        ("@pytest.mark.destructive", ", stack"),
        ("@pytest.mark.xdist_group('sharing')", ", stack"),
        ("", ""),
    ],
    ids=["destructive", "group", "file without a stack"],
)
def test_tests_that_belong_together_are_the_work_of_one_worker_while_others_go_on(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, mark: str, fixture: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    options = "--strict-markers -p no:schemathesis -p no:playwright"
    pytester.makeini(f"[pytest]\naddopts = {options}")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        test_a_beside=BESIDE, test_b_together=TOGETHER.format(mark=mark, fixture=fixture)
    )

    result = pytester.runpytest_subprocess("-n", "2")

    result.assert_outcomes(passed=26)
    workers = defaultdict(list)
    for line in (pytester.path / "ran").read_text().splitlines():
        name, worker = json.loads(line)
        workers[name.partition("[")[0]].append(worker)
    assert len(set(workers["test_breaks"])) == 1
    assert set(workers["test_asks"]) == {"gw0", "gw1"}
