"""The verdict of a run: a yes when all passed, and what turns it red, by name."""

from __future__ import annotations

import pytest

from tests.unit.harness.judged import FILES, TWO, Judge, outcomes

pytest_plugins = ["pytester"]

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
