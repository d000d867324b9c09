"""What a test is called as a check, how checks are chosen, and figures against their bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
import json, pathlib
pytest_plugins = ["harness.plugin", "tests.houses.plugin"]

def pytest_runtest_logreport(report):
    if report.when == "call":
        with pathlib.Path("reports").open("a") as file:
            file.write(json.dumps([dict(report.user_properties), report.longreprtext]) + "\\n")
"""

CHECKS = """
    import pytest

    @pytest.mark.check("boot.ports")
    @pytest.mark.parametrize("service", ["api", "form"])
    def test_a_port_is_on_loopback(service): pass

    @pytest.mark.check("boot.health")
    def test_all_are_well(): pass

    @pytest.mark.check("faults.stop")
    def test_it_heals(): pass

    def test_of_no_check(): pass
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    # All plugins that are installed take most of the time that pytest needs to start.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\naddopts = --strict-markers")
    pytester.makeconftest(CONFTEST)
    return pytester


def reports(run: pytest.Pytester) -> list[tuple[dict[str, Any], str]]:
    """What each test noted, and how it failed."""
    return [json.loads(line) for line in (run.path / "reports").read_text().splitlines()]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("boot", 3),
        ("boot.ports", 2),
        ("boot.ports[api]", 1),
        ("*.[hs]*", 2),
        ("faults.stop", 1),
        ("other", 1),
    ],
)
def test_checks_are_chosen_by_group_name_or_pattern(
    run: pytest.Pytester, wanted: str, chosen: int
) -> None:
    run.makepyfile(CHECKS)

    result = run.runpytest("--check", wanted)

    result.assert_outcomes(passed=chosen, deselected=5 - chosen)


def test_a_check_that_is_none_is_refused_with_the_groups(run: pytest.Pytester) -> None:
    run.makepyfile(CHECKS)

    result = run.runpytest("--check", "boot", "--check", "bot.ports")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = "*bot.ports: no such check; did you mean boot.ports*the groups are boot, faults, other*"
    result.stderr.fnmatch_lines([said])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--check", "boot", "-k", "nothing"],
            '--check boot: -k "nothing" leaves none of the 3 checks that it names. Fix: *',
        ),
        (
            ["--check", "faults.stop", "-k", "port", "-m", "not containers"],
            '--check faults.stop: -k "port" -m "not containers" leaves nothing that it names.*',
        ),
        (["--check", "nonsense", "-k", "zzz"], "--check nonsense: no such check; the groups are *"),
        (
            ["--check", "boot,faults.stop"],
            "*give --check once for each. Fix: --check boot --check faults.stop",
        ),
        (["--check", ""], '--check "": no such check; the groups are boot, faults, other'),
        (
            ["--check", "orders.total", "few"],
            "*no such check in few; the groups are *. Tests are also in more, most",
        ),
        (["--check", "orders.total", "few/", "more", "most"], "*no such check; the groups are *"),
        (["-k", "zzz"], '-k "zzz" leaves none of the 5 checks that were collected; the groups *'),
    ],
)
def test_why_nothing_is_left_to_run_is_told(
    run: pytest.Pytester, options: list[str], said: str
) -> None:
    run.makeini((run.path / "tox.ini").read_text() + "\ntestpaths = few more most\n")
    for folder in ("few", "more", "most"):
        (run.path / folder).mkdir()
    chosen = "few" not in options and "few/" not in options
    run.makepyfile(**{("test_here" if chosen else "few/test_here"): CHECKS})

    result = run.runpytest(*options, *(["."] if chosen else []))

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said}"])


@pytest.mark.parametrize("marker", ["check", 'check("boot")', 'check(".x")'])
def test_a_check_without_group_and_name_is_refused(run: pytest.Pytester, marker: str) -> None:
    run.makepyfile(f"import pytest\n@pytest.mark.{marker}\ndef test_it(): pass")

    result = run.runpytest()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(['*test_it: the marker is @pytest.mark.check("group.name")*'])


def test_two_tests_with_one_id_are_refused(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest
        @pytest.mark.check("boot.x")
        def test_one(): pass
        @pytest.mark.check("boot.x")
        def test_other(): pass
        """
    )

    result = run.runpytest()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*test_one and *test_other are both boot.x*"])


def test_a_test_carries_id_group_and_sentence(run: pytest.Pytester) -> None:
    run.makepyfile(CHECKS)
    run.runpytest()

    found = {noted["check"]["id"]: noted["check"] for noted, _ in reports(run)}
    assert found["boot.ports[api]"] == {
        "id": "boot.ports[api]",
        "group": "boot",
        "sentence": "A port is on loopback (api)",
    }
    [other] = (id_ for id_ in found if id_.endswith("::test_of_no_check"))
    assert found[other]["group"] == "other"


def test_words_may_have_a_spelling_of_their_own(run: pytest.Pytester) -> None:
    run.makeini((run.path / "tox.ini").read_text() + "\ncheck_words = MLflow API\n")
    run.makepyfile("def test_the_api_finds_mlflow(): pass")
    run.runpytest()

    [(noted, _)] = reports(run)
    assert noted["check"]["sentence"] == "The API finds MLflow"


def test_the_only_browser_is_not_a_part_of_the_name(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest
        @pytest.mark.check("browser.x")
        @pytest.mark.parametrize("size", ["phone", "desktop"])
        @pytest.mark.parametrize("browser_name", ["chromium"])
        def test_it_fits(browser_name, size): pass
        """
    )
    run.runpytest()

    assert [noted["check"]["id"] for noted, _ in reports(run)] == [
        "browser.x[phone]",
        "browser.x[desktop]",
    ]


@pytest.mark.parametrize(
    ("value", "bound", "said"),
    [
        (5, "at_most=5", None),
        (5, "at_most=4.9", "error: 5 USD, at most 4.9 is allowed"),
        (5, "at_least=5", None),
        (5, "at_least=6", "error: 5 USD, at least 6 is wanted"),
        (0, "at_most=0", None),
        (1, "at_most=0", "error: 1 USD, at most 0 is allowed"),
        (-1, "at_least=0", "error: -1 USD, at least 0 is wanted"),
        (5, "at_most=-1", "error: 5 USD, at most -1 is allowed"),
        (5, "at_least=6, at_most=0", "error: 5 USD, at most 0 is allowed"),
    ],
)
def test_a_figure_is_noted_and_held_against_its_bounds(
    run: pytest.Pytester, value: int, bound: str, said: str | None
) -> None:
    run.makepyfile(f"def test_it(figure): figure('error', {value}, 'USD', {bound})")
    run.runpytest()

    [(noted, failure)] = reports(run)
    assert noted["figure"]["value"] == value
    assert (said in failure) if said else not failure, f"{value} is not held against {bound}"


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("bound", ["", "at_most=5", "at_least=5"])
def test_what_is_no_number_is_no_figure_and_keeps_no_bound(
    run: pytest.Pytester, value: str, bound: str
) -> None:
    run.makepyfile(f"def test_it(figure): figure('error', float('{value}'), 'USD', {bound})")
    result = run.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*error: {value} is no figure*"])
