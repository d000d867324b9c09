"""Checks that do not apply: neither red nor silently green, and none of them for Ames."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = ["harness.plugin", "tests.houses.plugin", "tests.houses.applicability"]
WHY = "no input is a choice"

TESTS = f"""
    import pytest
    from harness.verdict.checks import does_not_apply

    @pytest.fixture{{scope}}
    def choices():
        does_not_apply("{WHY}")

    @pytest.mark.check("boot.first")
    def test_the_first_holds(): pass

    @pytest.mark.check("browser.choices")
    def test_each_choice_is_offered{{body}}
"""
BODY = f'(): does_not_apply("{WHY}")'

Verdict = dict[str, Any]
Judge = Callable[..., tuple[pytest.RunResult, Verdict]]


@pytest.fixture
def judge(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Runs pytest in a folder of its own, for a model of ``dataset``."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\naddopts = --strict-markers -p xdist --junitxml=junit.xml")
    pytester.makeconftest(f"pytest_plugins = {PLUGINS}")

    def run(
        body: str, *options: str, scope: str = "", dataset: str = "cottages"
    ) -> tuple[pytest.RunResult, Verdict]:
        bundle = pytester.mkdir("artifacts") / "bundle"
        bundle.mkdir()
        (bundle / "contract.json").write_text(json.dumps({"dataset": dataset}))
        pytester.makepyfile(TESTS.format(body=body, scope=scope))
        result = pytester.runpytest(*options)
        return result, json.loads((pytester.path / "test-results/verdict.json").read_text())

    return run


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two workers"])
@pytest.mark.parametrize(
    ("body", "scope"),
    [(BODY, ""), ("(choices): pass", ""), ("(choices): pass", '(scope="session")')],
    ids=["test", "fixture", "session fixture"],
)
def test_a_check_that_does_not_apply_is_listed_with_its_reason(
    judge: Judge, pytester: pytest.Pytester, body: str, scope: str, options: tuple[str, ...]
) -> None:
    result, verdict = judge(body, *options, scope=scope)

    assert result.ret == 0
    assert (verdict["verdict"], verdict["reasons"]) == ("yes", [])
    sentence = "The one check that applies ran and passed; 1 of 2 does not apply."
    assert verdict["sentence"] == sentence
    assert (verdict["counts"]["passed"], verdict["counts"]["does not apply"]) == (1, 1)
    check = verdict["checks"][1]
    assert (check["outcome"], check["message"]) == ("does not apply", WHY)
    folder = pytester.path / "test-results"
    for file in ("verdict.md", "report.html"):
        assert sentence in (folder / file).read_text()
        assert WHY in (folder / file).read_text()
    assert f"does not apply: {WHY}" in (pytester.path / "junit.xml").read_text()
    assert f"verdict: yes: {sentence}" in result.outlines


def test_a_check_of_which_a_part_does_not_apply_is_not_silently_green(judge: Judge) -> None:
    body = f"""(subtests):
        for kind in ("yes_no", "choice"):
            with subtests.test(kind=kind):
                if kind == "choice":
                    does_not_apply("{WHY}")
"""
    result, verdict = judge(body)

    assert result.ret == 0
    assert verdict["checks"][1]["outcome"] == "does not apply"
    assert verdict["checks"][1]["message"] == f"kind='choice': {WHY}"


def test_a_failure_beside_what_does_not_apply_is_a_no(judge: Judge) -> None:
    body = f"""(subtests):
        with subtests.test(kind="choice"):
            does_not_apply("{WHY}")
        assert False, "broken"
"""
    result, verdict = judge(body)

    assert result.ret == 1
    assert verdict["reasons"] == ["browser.choices: failed: broken"]


def test_a_plain_skip_is_no_yes_however_it_is_worded(judge: Judge) -> None:
    result, verdict = judge('(): pytest.skip("does not apply: nothing")')

    assert result.ret == 1
    assert verdict["counts"]["skipped"] == 1
    assert verdict["sentence"] == "1 of 2 checks passed: 1 skipped."


def test_a_run_of_which_nothing_applies_proves_nothing(judge: Judge) -> None:
    result, verdict = judge(BODY, "--check", "browser.choices")

    assert result.ret == 1
    assert verdict["reasons"] == ["run: no check that was asked for applies: nothing was proved"]
    assert verdict["sentence"].startswith("No check that was asked for applies")


@pytest.mark.parametrize("body", [BODY, "(choices): pass"], ids=["test", "fixture"])
def test_a_check_that_does_not_apply_to_ames_is_red(judge: Judge, body: str) -> None:
    result, verdict = judge(body, dataset="ames")

    assert result.ret == 1
    assert verdict["counts"]["does not apply"] == 0
    [reason] = verdict["reasons"]
    assert reason.endswith(
        f"does not apply to ames, which has all that a check can ask about: {WHY}"
    )
