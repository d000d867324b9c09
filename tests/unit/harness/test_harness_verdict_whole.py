"""A yes that must stand on all checks: whatever leaves one out, the verdict is no yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[3]
CONFTEST = """
import pytest
from harness.verdict.catalogue import catalogue
pytest_plugins = ["harness.plugin"]

def pytest_configure(config):
    config.addinivalue_line("markers", "dataset(name): about this one")

def pytest_collection_modifyitems(config, items):
    others = [item for item in items if item.get_closest_marker("dataset")]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)

def pytest_harness_catalogue(config):
    return catalogue(config.rootpath, ("checks",), about="dataset")
"""
BOOT = """
import pytest

@pytest.mark.check("boot.first")
def test_the_first_holds(): pass

@pytest.mark.check("boot.second")
@pytest.mark.parametrize("service", ["api", "form"])
def test_the_second_holds(service): pass

@pytest.mark.dataset("another")
@pytest.mark.check("boot.other")
def test_it_holds_of_another_dataset(): pass
"""
FAULTS = """
import pytest

@pytest.mark.containers
@pytest.mark.check("faults.stop")
def test_it_heals(): pass
"""
Judge = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def judge(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Judge:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\naddopts = --strict-markers -p xdist")
    pytester.makeconftest(CONFTEST)
    pytester.mkdir("checks")
    pytester.makefile(".ini", other="[pytest]\naddopts = -p xdist\npython_files = test_f*.py")
    (pytester.path / "checks" / "test_boot.py").write_text(BOOT)
    (pytester.path / "checks" / "test_faults.py").write_text(FAULTS)

    def run(*options: str) -> tuple[int, dict[str, Any]]:
        result = pytester.runpytest_subprocess(*options)
        verdict = json.loads((pytester.path / "test-results/verdict.json").read_text())
        return int(result.ret), verdict

    return run


@pytest.mark.parametrize(
    "options",
    ["checks", "", "checks -n 2", "--nf", "--ff", "--lf", "checks -x", "checks --maxfail=1",
     "checks -n 0", "checks -n 2 --maxfail=1", "-p no:cacheprovider", "-o xfail_strict=true"],
)  # fmt: skip
def test_all_checks_are_a_yes(judge: Judge, options: str) -> None:
    code, verdict = judge(*options.split())

    assert (code, verdict["verdict"], verdict["missing"]) == (0, "yes", [])
    assert verdict["counts"]["passed"] == 4


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ("checks/test_boot.py", 1),
        ("checks --ignore checks/test_boot.py", 3),
        ("checks --ignore-glob *boot*", 3),
        ("checks --deselect checks/test_boot.py::test_the_first_holds", 1),
        ("checks -k first", 3),
        ("checks -m containers", 3),
        ("checks --check boot", 1),
        ("checks --check boot.second[api]", 3),
        ("checks/test_boot.py::test_the_first_holds", 3),
        ("checks -o python_files=test_b*.py", 1),
        ("checks -o python_functions=test_the", 1),
        ("checks -n 2 -k first", 3),
        ("checks -n 0 -k first", 3),
        ("checks -x -k first", 3),
        ("checks --ff -k first", 3),
        ("checks --maxfail=1 --deselect checks/test_boot.py", 3),
        ("-o testpaths=checks/test_boot.py", 1),
        ("-c other.ini", 3),
    ],
)
def test_checks_that_an_option_leaves_out_are_named_and_no_yes(
    judge: Judge, pytester: pytest.Pytester, options: str, missing: int
) -> None:
    code, verdict = judge(*options.split())

    assert (code, verdict["verdict"]) == (1, "incomplete")
    assert len(verdict["missing"]) == missing
    [reason] = verdict["reasons"]
    assert reason.startswith(f"run: {missing} of 4 checks w")
    results = pytester.path / "test-results"
    for name in verdict["missing"]:
        assert name["id"] in (results / "report.html").read_text()
        assert name["id"].partition("[")[0] in (results / "verdict.md").read_text()


@pytest.mark.parametrize(
    ("options", "missing"),
    [("-k first", 3), ("--ignore checks/test_boot.py", 3), ("-m containers", 3),
     ("--deselect checks/test_faults.py", 1), ("-o python_files=test_b*.py", 1)],
)  # fmt: skip
def test_checks_that_the_environment_leaves_out_are_named_and_no_yes(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, options: str, missing: int
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", options)

    code, verdict = judge("checks")

    assert (code, verdict["verdict"], len(verdict["missing"])) == (1, "incomplete", missing)


@pytest.mark.parametrize("option", ["-x", "--maxfail=1", "--sw"])
def test_checks_that_a_red_one_keeps_from_running_are_named_and_a_no(
    judge: Judge, pytester: pytest.Pytester, option: str
) -> None:
    (pytester.path / "checks" / "test_boot.py").write_text(BOOT.replace("pass", "assert False"))

    code, verdict = judge("checks", option)

    assert code != 0
    assert verdict["verdict"] == "no"
    assert verdict["counts"]["not run"] == 3


@pytest.mark.parametrize("option", ["--setup-only", "--setup-plan"])
def test_checks_of_which_only_the_fixtures_ran_are_a_no(judge: Judge, option: str) -> None:
    code, verdict = judge("checks", option)

    assert (code, verdict["verdict"]) == (1, "no")
    assert verdict["counts"]["not run"] == 4


@pytest.mark.parametrize(
    "way",
    ['collect_ignore = ["test_boot.py"]', 'collect_ignore_glob = ["*boot*"]'],
)
def test_checks_that_a_conftest_ignores_are_named_and_no_yes(
    judge: Judge, pytester: pytest.Pytester, way: str
) -> None:
    (pytester.path / "checks" / "conftest.py").write_text(way)

    code, verdict = judge("checks")

    assert (code, verdict["verdict"], len(verdict["missing"])) == (1, "incomplete", 3)


def test_checks_that_the_settings_leave_out_are_named_and_no_yes(
    judge: Judge, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\naddopts = -p xdist -m containers\npython_files = test_f*.py")

    code, verdict = judge("checks")

    assert (code, verdict["verdict"], len(verdict["missing"])) == (1, "incomplete", 3)


@pytest.mark.parametrize("option", ["--lf", "--sw"])
def test_checks_that_passed_the_last_time_are_asked_again_or_named(
    judge: Judge, pytester: pytest.Pytester, option: str
) -> None:
    faults = pytester.path / "checks" / "test_faults.py"
    faults.write_text(FAULTS.replace("pass", "assert False"))
    assert judge("checks", "--sw")[1]["verdict"] == "no"
    faults.write_text(FAULTS)

    code, verdict = judge("checks", option)

    assert (code, verdict["verdict"], len(verdict["missing"])) == (1, "incomplete", 3)


def test_a_stack_elsewhere_that_shows_no_containers_leaves_checks_out(
    judge: Judge, elsewhere: str
) -> None:
    code, verdict = judge("checks", f"--url=web={elsewhere}")

    assert (code, verdict["verdict"], len(verdict["missing"])) == (1, "incomplete", 1)


def test_a_red_check_is_a_no_also_where_others_were_left_out(
    judge: Judge, pytester: pytest.Pytester
) -> None:
    (pytester.path / "checks" / "test_faults.py").write_text(FAULTS.replace("pass", "assert False"))

    _, verdict = judge("checks", "-k", "heals")

    assert verdict["verdict"] == "no"
    assert len(verdict["missing"]) == 3


def test_a_list_that_cannot_be_made_is_a_no(judge: Judge, pytester: pytest.Pytester) -> None:
    (pytester.path / "checks" / "test_broken.py").write_text("import nothing_of_this_name")

    _, verdict = judge("checks/test_boot.py")

    assert verdict["verdict"] == "no"
    assert "the list of all checks cannot be made" in verdict["reasons"][0]
