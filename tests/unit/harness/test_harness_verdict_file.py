"""The verdict as a file: what it keeps of a check, and which runs leave one."""

from __future__ import annotations

import pytest

from tests.unit.harness.judged import FILES, TWO, Judge

pytest_plugins = ["pytester"]


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
