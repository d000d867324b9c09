"""What a choice leaves of the checks: the verdict is about these, and of none it is a no."""

from __future__ import annotations

import pytest

from tests.unit.harness.judged import TWO, Judge

pytest_plugins = ["pytester"]


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


def test_what_cannot_be_asked_elsewhere_is_counted_and_named(
    judge: Judge, pytester: pytest.Pytester, elsewhere: str
) -> None:
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
    assert verdict["sentence"] == (
        "The one check that a stack elsewhere can be asked ran and passed; "
        "1 needs the containers and was left out."
    )
    comment = (pytester.path / "test-results" / "verdict.md").read_text()
    assert f"Stack elsewhere: `fastapi {elsewhere}`" in comment
    assert "`faults.stop`" in comment
    assert (verdict["counts"]["left_out"], verdict["counts"]["deselected"]) == (1, 1)
    assert verdict["tested"]["model"]["missing"].startswith("GET /model: ")


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_a_run_that_is_refused_is_a_no(judge: Judge, workers: tuple[str, ...]) -> None:
    tests = TWO.format(first="pass", second="pass")
    result, verdict = judge(tests, "--check", "bot", *workers)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert verdict["reasons"][0].startswith("run: --check bot: no such check")
