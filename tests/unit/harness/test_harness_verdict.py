"""The verdict of a run: what turns it red, by name, and that each run leaves one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[3]
FILES = {"verdict.json", "verdict.md", "report.html"}

TWO = """
    import pytest

    @pytest.mark.check("boot.first")
    def test_the_first_holds(): {first}

    @pytest.mark.check("boot.second")
    def test_the_second_holds(): {second}
"""

# As plugins do that run failed tests again: one names it, another reports twice.
AGAIN = """
from _pytest.runner import runtestprotocol
pytest_plugins = ["harness.plugin", "tests.houses.plugin"]

def pytest_runtest_protocol(item, nextitem):
    for attempt in range(3):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        red = any(report.failed for report in reports)
        for report in reports:
            if report.failed and attempt < 2 and {named}:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
        if not red:
            break
        item._initrequest()
    return True
"""

Verdict = dict[str, Any]
Judge = Callable[..., tuple[pytest.RunResult, Verdict]]


@pytest.fixture
def judge(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Runs pytest in a folder of its own; returns what it said, and its verdict."""
    # All plugins that are installed take most of the time that pytest needs to start.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\naddopts = --strict-markers -p xdist")
    pytester.makeconftest('pytest_plugins = ["harness.plugin", "tests.houses.plugin"]')
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(tests: str, *options: str, alone: bool = False) -> tuple[pytest.RunResult, Verdict]:
        pytester.makepyfile(tests)
        start = pytester.runpytest_subprocess if alone else pytester.runpytest
        result = start(*options)
        return result, json.loads((pytester.path / "test-results/verdict.json").read_text())

    return run


def outcomes(verdict: Verdict) -> dict[str, str]:
    return {check["id"]: check["outcome"] for check in verdict["checks"]}


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_all_that_was_asked_for_and_passed_is_a_yes(
    judge: Judge, pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    result, verdict = judge(TWO.format(first="pass", second="pass"), *options)

    assert result.ret == 0
    assert (verdict["verdict"], verdict["reasons"]) == ("yes", [])
    assert outcomes(verdict) == {"boot.first": "passed", "boot.second": "passed"}
    assert {file.name for file in (pytester.path / "test-results").iterdir()} >= FILES
    assert result.outlines[-2:] == [
        "verdict: yes: All 2 checks that were asked for ran and passed.",
        "verdict: the report is test-results/report.html",
    ]


@pytest.mark.parametrize(
    ("body", "outcome", "message"),
    [
        ("pytest.skip('no time')", "skipped", "no time"),
        ("pytest.xfail('known')", "skipped", "was expected to fail: known"),
        ("assert 1 == 2, 'one is not two'", "failed", "one is not two"),
        ("pytest.fail('a fix', pytrace=False)", "failed", "a fix"),
    ],
)
def test_a_check_that_did_not_pass_is_a_no_by_name(
    judge: Judge, body: str, outcome: str, message: str
) -> None:
    result, verdict = judge(TWO.format(first=body, second="pass"))

    assert result.ret == 1
    assert verdict["reasons"] == [f"boot.first: {outcome}: {message}"]
    assert verdict["checks"][0]["message"].splitlines()[0] == message
    assert verdict["counts"][outcome] == verdict["counts"]["passed"] == 1
    result.stdout.fnmatch_lines([f"verdict: no: 1 of 2 checks passed: 1 {outcome}."])


@pytest.mark.parametrize("options", [("-x",), ("-x", "-n", "1")], ids=["alone", "a worker"])
def test_what_did_not_run_because_of_x_is_a_no_by_name(
    judge: Judge, options: tuple[str, ...]
) -> None:
    result, verdict = judge(TWO.format(first="assert False", second="pass") + MORE, *options)

    assert result.ret != 0
    assert outcomes(verdict)["boot.last"] == "not run"
    assert "boot.last: not run" in verdict["reasons"]
    assert "run: stopping after 1 failures" in verdict["reasons"]


MORE = """
    @pytest.mark.check("boot.third")
    def test_the_third_holds(): pass

    @pytest.mark.check("boot.last")
    def test_the_last_holds(): pass
"""


def test_a_test_that_was_set_up_and_not_run_did_not_pass(judge: Judge) -> None:
    _, verdict = judge(TWO.format(first="pass", second="pass"), "--setup-only")

    assert set(outcomes(verdict).values()) == {"not run"}


@pytest.mark.parametrize(
    ("stop", "why"),
    [
        ("os.kill(os.getpid(), signal.SIGINT)", "the run was interrupted"),
        ("os.kill(os.getpid(), signal.SIGTERM)", "the run was interrupted"),
        ("pytest.exit('enough')", "enough"),
    ],
)
def test_an_interrupted_run_is_a_no_that_names_what_is_missing(
    judge: Judge, stop: str, why: str
) -> None:
    tests = TWO.format(first=stop, second="pass")
    result, verdict = judge(f"    import os, signal\n{tests}", alone=True)

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert set(outcomes(verdict).values()) == {"not run"}
    assert verdict["reasons"] == [f"run: {why}", "boot.first: not run", "boot.second: not run"]


def test_a_run_of_no_checks_is_a_no(judge: Judge) -> None:
    result, verdict = judge("")

    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert verdict["reasons"] == ["run: no check was asked for: nothing was proved"]


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
@pytest.mark.parametrize(
    ("options", "by"),
    [
        (("-k", "nothing"), '-k "nothing"'),
        (("-m", "containers"), '-m "containers"'),
        (("-k", "first", "-m", "containers"), '-k "first" -m "containers"'),
        (
            ("--deselect", "test_a_choice_that_leaves_no_check_is_told_what_there_is.py"),
            "the choice",
        ),
    ],
    ids=["-k", "-m", "both", "--deselect"],
)
def test_a_choice_that_leaves_no_check_is_told_what_there_is(
    judge: Judge, options: tuple[str, ...], by: str, workers: tuple[str, ...]
) -> None:
    tests = TWO.format(first="pass", second="pass")
    result, verdict = judge(f"{tests}\n    def test_of_no_check(): pass", *options, *workers)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert verdict["verdict"] == "no"
    reason = verdict["reasons"][0]
    assert reason.startswith(f"run: {by} leaves none of the 3 checks that were collected; ")
    assert "the groups are boot, other. Fix: --check GROUP" in reason
    assert ("did you mean boot.first?" in reason) is ("first" in options)
    assert "leaves none of the 3 checks" in result.stdout.str() + result.stderr.str()


def test_what_was_deselected_was_not_asked_for(judge: Judge) -> None:
    _, verdict = judge(TWO.format(first="pass", second="assert False"), "-k", "first")

    assert verdict["verdict"] == "yes"
    assert (verdict["counts"]["asked"], verdict["counts"]["deselected"]) == (1, 1)


@pytest.mark.parametrize(
    ("where", "named"),
    [
        pytest.param("test", True, id="test, named"),
        pytest.param("test", False, id="test, reported twice"),
        pytest.param("set-up", True, id="set-up, named"),
    ],
)
def test_flaky_is_a_no(judge: Judge, pytester: pytest.Pytester, named: bool, where: str) -> None:
    pytester.makeconftest(AGAIN.format(named=named))
    late = "tries.append(1); assert len(tries) == 2, 'came too late'"
    tests = TWO.format(first="pass", second=late if where == "test" else "pass")
    if where == "set-up":
        tests = tests.replace("second_holds()", "second_holds(late)")
        tests += f"\n    @pytest.fixture\n    def late(): {late}\n"

    result, verdict = judge(f"    tries = []\n{tests}")

    assert result.ret == 1
    assert outcomes(verdict) == {"boot.first": "passed", "boot.second": "flaky"}
    [reason] = verdict["reasons"]
    assert reason == "boot.second: flaky: passed, but only after: came too late"


def test_what_fails_however_often_it_runs_is_failed(
    judge: Judge, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(AGAIN.format(named=True))

    _, verdict = judge(TWO.format(first="pass", second="assert False"))

    assert outcomes(verdict)["boot.second"] == "failed"


@pytest.mark.parametrize("restarts", ["0", "1"])
def test_a_crashed_worker_is_named_and_so_is_what_it_did_not_run(
    judge: Judge, restarts: str
) -> None:
    tests = TWO.format(first="__import__('os')._exit(3)", second="pass")
    result, verdict = judge(tests, "-n", "1", "--max-worker-restart", restarts)

    assert result.ret != 0
    second = "passed" if restarts == "1" else "not run"
    assert outcomes(verdict) == {"boot.first": "error", "boot.second": second}
    crash = "boot.first: error: the process that ran it crashed*"
    pytest.LineMatcher(verdict["reasons"]).fnmatch_lines([crash])


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "a worker"])
def test_a_stack_that_cannot_be_had_is_a_no_with_its_cause(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PATH", "")
    tests = """
        import pytest

        @pytest.mark.check("boot.up")
        @pytest.mark.parametrize("number", range(3))
        def test_it_is_up(stack, number): pass
    """
    result, verdict = judge(tests, *options)

    assert result.ret != 0
    assert verdict["counts"]["error"] == 1
    assert verdict["counts"]["not run"] == 2
    cause, *others = verdict["reasons"]
    assert cause.startswith("run: there is no docker command. Fix: setup/engine.sh")
    assert others[0].startswith("boot.up[0]: error: there is no docker command")
    assert others[1:] == ["boot.up[1]: not run", "boot.up[2]: not run"]


def test_what_cannot_be_asked_elsewhere_is_counted_and_named(judge: Judge, elsewhere: str) -> None:
    tests = """
        import pytest

        @pytest.mark.check("boot.address")
        def test_by_address(): pass

        @pytest.mark.check("faults.stop")
        @pytest.mark.destructive
        def test_it_heals(): pass

        @pytest.mark.containers
        def test_not_asked_for(): pass
    """
    _, verdict = judge(tests, f"--api-url={elsewhere}", "-k", "by_address or heals")

    assert verdict["verdict"] == "yes"
    assert [(check["id"], check["sentence"]) for check in verdict["left_out"]] == [
        ("faults.stop", "It heals")
    ]
    assert "containers" in verdict["left_out"][0]["why"]
    assert (verdict["counts"]["left_out"], verdict["counts"]["deselected"]) == (1, 1)
    assert verdict["tested"]["model"]["missing"].startswith("GET /model: ")


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "a worker"])
@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("import nothing_of_this_name", "could not be collected"),
        ("import pytest\npytest.skip('not today', allow_module_level=True)", "was skipped: *today"),
        (
            "import pytest\npytest.importorskip('nothing_like_it')",
            "was skipped: *could not import *",
        ),
    ],
)
def test_a_module_that_was_not_collected_is_a_no_by_name(
    judge: Judge, pytester: pytest.Pytester, module: str, said: str, options: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_other=module)
    result, verdict = judge(TWO.format(first="pass", second="pass"), *options)

    assert result.ret != 0
    pytest.LineMatcher(verdict["reasons"]).fnmatch_lines([f"run: test_other.py {said}*"])


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_a_run_that_is_refused_is_a_no(judge: Judge, workers: tuple[str, ...]) -> None:
    tests = TWO.format(first="pass", second="pass")
    result, verdict = judge(tests, "--check", "bot", *workers)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert verdict["reasons"][0].startswith("run: --check bot: no such check")


def test_a_failed_clean_up_is_an_error(judge: Judge) -> None:
    tests = """
        import pytest

        @pytest.fixture
        def thing():
            yield
            raise RuntimeError("it is still there")

        @pytest.mark.check("boot.clean")
        def test_it_cleans_up(thing): pass
    """
    _, verdict = judge(tests)

    assert verdict["reasons"] == ["boot.clean: error: RuntimeError: it is still there"]


def test_a_failed_subtest_is_named(judge: Judge) -> None:
    tests = """
        import pytest

        @pytest.mark.check("prediction.houses")
        def test_each_house(subtests):
            for number in range(3):
                with subtests.test(house=number):
                    assert number != 1, "another price"
    """
    _, verdict = judge(tests)

    assert verdict["reasons"] == ["prediction.houses: failed: house=1: another price"]


@pytest.mark.parametrize("options", [("--collect-only",), ("--fixtures",)])
def test_a_run_that_runs_nothing_leaves_the_verdict_alone(
    pytester: pytest.Pytester, judge: Judge, options: tuple[str, ...]
) -> None:
    tests = TWO.format(first="pass", second="pass")
    _, before = judge(tests)
    _, after = judge(tests, *options)

    assert after == before


def test_a_run_that_is_killed_leaves_no_older_verdict(
    judge: Judge, pytester: pytest.Pytester
) -> None:
    judge(TWO.format(first="pass", second="pass"))
    pytester.makepyfile(TWO.format(first="__import__('os')._exit(3)", second="pass"))
    pytester.runpytest_subprocess()

    assert not FILES & {file.name for file in (pytester.path / "test-results").iterdir()}


def test_a_check_carries_all_that_is_known_of_it(judge: Judge) -> None:
    tests = """
        import pytest

        @pytest.mark.check("quality.error")
        def test_the_error_is_small(figure):
            print("looked at 500 sales")
            figure.samples("time", [1, 2], "ms")
            figure("error", 5, "USD", at_most=4)
    """
    _, verdict = judge(tests)

    [check] = verdict["checks"]
    assert (check["group"], check["sentence"]) == ("quality", "The error is small")
    assert check["nodeid"].endswith("::test_the_error_is_small")
    assert verdict["started"] <= check["started"] < verdict["started"] + verdict["seconds"]
    assert 0 <= check["seconds"] < verdict["seconds"]
    bounds = {"at_most": 4, "at_least": None}
    assert check["figures"] == [{"name": "error", "value": 5, "unit": "USD", **bounds}]
    assert check["samples"] == [{"name": "time", "unit": "ms", "values": [1, 2]}]
    assert check["sections"] == [["Captured stdout call", "looked at 500 sales\n"]]
    assert 'figure("error", 5' in check["longrepr"]
    assert check["screenshots"] == []
    assert check["trace"] is None
    assert verdict["format"] == 1
    assert verdict["tested"]["machine"]["python"]


def test_a_gate_that_cannot_be_written_fails_the_run_and_leaves_its_verdict(judge: Judge) -> None:
    result, verdict = judge(TWO.format(first="pass", second="pass"), "--gate")

    assert result.ret == 1
    assert verdict["verdict"] == "no"
    assert verdict["reasons"][0].startswith("run: the list of all checks cannot be made")
    result.stdout.fnmatch_lines(
        ["--gate: which model was tested is not known (no stack was tested). Fix: *"]
    )
