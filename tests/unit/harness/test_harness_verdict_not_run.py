"""What was asked for and did not run is a no by name, whatever it was that kept it from running."""

from __future__ import annotations

import pytest

from tests.unit.harness.judged import TWO, Judge, outcomes

pytest_plugins = ["pytester"]

MORE = """
    @pytest.mark.check("boot.third")
    def test_the_third_holds(): pass

    @pytest.mark.check("boot.last")
    def test_the_last_holds(): pass
"""


@pytest.mark.parametrize("options", [("-x",), ("-x", "-n", "1")], ids=["alone", "a worker"])
def test_what_did_not_run_because_of_x_is_a_no_by_name(
    judge: Judge, options: tuple[str, ...]
) -> None:
    result, verdict = judge(TWO.format(first="assert False", second="pass") + MORE, *options)

    assert result.ret != 0
    assert outcomes(verdict)["boot.last"] == "not run"
    assert "boot.last: not run" in verdict["reasons"]
    assert "run: stopping after 1 failures" in verdict["reasons"]


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
