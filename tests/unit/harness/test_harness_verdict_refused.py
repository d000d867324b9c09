"""What a run may not be told whose verdict is to be believed: no test runs, and no yes is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.run import service_and_address
from harness.stack.running import Stack

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[3]
TESTS = """
    import pytest

    @pytest.mark.check("boot.first")
    def test_the_first_holds(): print("IT RAN")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeini("[pytest]\naddopts = --strict-markers -p no:schemathesis -p xdist")
    pytester.makeconftest('pytest_plugins = ["harness.plugin", "tests.houses.plugin"]')
    pytester.makepyfile(TESTS)
    pytester.makefile(".ini", other="[pytest]\naddopts = -p xdist")
    results = pytester.mkdir("test-results")
    (results / "verdict.json").write_text('{"verdict": "yes"}')  # of an earlier run
    return pytester


def assert_refused(run: pytest.Pytester, result: pytest.RunResult, said: str) -> None:
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said}"])
    assert "IT RAN" not in result.stdout.str()
    verdict = run.path / "test-results" / "verdict.json"
    assert not verdict.exists(), "the verdict of an earlier run is left"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("--co", "--collect-only: no check would be asked"),
        ("--collect-only -q", "--collect-only: no check would be asked"),
        ("--setup-only", "--setup-only: no check would be asked"),
        ("--setup-plan", "--setup-*: no check would be asked"),
        ("--fixtures", "--fixtures: no check would be asked"),
        ("--fixtures-per-test", "--fixtures-per-test: no check would be asked"),
        ("--markers", "--markers: no check would be asked"),
        ("-c other.ini", "-c: the gate has the settings and the files of its own project"),
        ("--rootdir=..", "--rootdir: the gate has the settings and the files of its own project"),
        ("-p no:tests.houses.applicability", "-p no:tests.houses.applicability: a part of what *"),
        ("-p no:subtests", "-p no:subtests: a part of what judges would be missing"),
        ("-n 2 -p no:warnings", "-p no:warnings: a part of what judges would be missing"),
    ],
)
@pytest.mark.parametrize("by", ["command", "environment"])
def test_a_gate_is_refused_what_would_empty_its_verdict(
    run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: str, named: str, by: str
) -> None:
    if by == "environment":
        monkeypatch.setenv("PYTEST_ADDOPTS", options)
    if "--rootdir" in options:  # the verdict is that of another project then
        (run.path / "test-results" / "verdict.json").unlink()
    given = options.split() if by == "command" else []

    result = run.runpytest("--gate", *given)

    assert_refused(run, result, f"--gate with {named}. Fix: leave out one of the two")


@pytest.mark.parametrize("plugin", ["harness.plugin", "tests.houses.plugin", "python"])
def test_a_gate_without_its_plugins_is_no_yes(run: pytest.Pytester, plugin: str) -> None:
    result = run.runpytest_subprocess("--gate", "-p", f"no:{plugin}")

    assert result.ret not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    assert "IT RAN" not in result.stdout.str()
    assert "verdict: yes" not in result.stdout.str()


def test_no_run_has_a_verdict_without_what_it_is_made_of(run: pytest.Pytester) -> None:
    result = run.runpytest("-p", "no:harness-collector")

    said = "-p no:harness-collector takes away what the verdict is made of. Fix: leave that out"
    assert_refused(run, result, said)


@pytest.mark.parametrize("options", [(), ("--assert=plain",), ("-n", "2")])
def test_no_run_has_a_verdict_where_python_leaves_out_what_it_is_to_assert(
    run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")

    result = run.runpytest_subprocess(*options)

    assert_refused(run, result, "Python leaves out every assert*Fix: leave that out")


def test_a_service_with_two_addresses_is_refused_without_telling_a_password(
    run: pytest.Pytester,
) -> None:
    one, other = "http://me:secret@localhost:1", "http://localhost:2"

    result = run.runpytest("--url", f"fastapi={one}", "--api-url", other)

    said = "fastapi has two addresses: http://localhost:1 and http://localhost:2. Fix: give one"
    assert_refused(run, result, said)
    assert "secret" not in result.stderr.str() + result.stdout.str()


def test_an_address_that_does_not_answer_is_told_without_its_password(run: pytest.Pytester) -> None:
    result = run.runpytest("--url", "fastapi=http://me:secret@localhost:9")  # discards all

    assert_refused(run, result, "the stack that was given does not answer: *")
    assert "secret" not in result.stderr.str() + result.stdout.str()


@pytest.mark.parametrize("option", [("--api-url",), ("--url", "fastapi=")])
def test_what_is_no_address_is_refused(run: pytest.Pytester, option: tuple[str, ...]) -> None:
    name, *service = option
    result = run.runpytest(name, "".join([*service, "localhost:8000"]))

    said = (
        "the address of fastapi: 'localhost:8000' does not begin with *mean http://localhost:8000?"
    )
    assert_refused(run, result, said)


@pytest.mark.parametrize(
    "given",
    [
        "http://me:{}@localhost",
        "web:http://me:{}@localhost",
        "fastapi=web=http://me:{}@localhost",
        "fastapi=me:{}@localhost",
        "fastapi=http:/me:{}@localhost",
        "fastapi=https//me:{}@localhost",
        "fastapi=git+http://me:{}@localhost",
        "fastapi= http://me:{}@localhost",
        "fastapi='http://me:{}@localhost'",
        "fastapi=http://http://me:{}@localhost",
        "fastapi=http://me:{}",
        "fastapi=http://me:{}:8000",
        "fastapi=http://me:{}@localhost:80000",
        "fastapi=http://me:{}@localhost\uff1a8000",
        "fastapi=http://me:{}@[localhost",
        "fastapi=http://me:[{}]@localhost",
        "fastapi=http://me:1/{}@localhost:8000",
        "fastapi=http://me:a?{}@localhost:8000",
        "fastapi=http://me:a#{}@localhost:8000",
        "fastapi=http://me:a {}@localhost:8000",
        "fastapi=http://localhost/?password={}",
        "fastapi=http://localhost#token={}",
    ],
)
def test_what_is_no_address_is_told_without_its_password(run: pytest.Pytester, given: str) -> None:
    result = run.runpytest("--url", given.format("secret"))

    assert_refused(run, result, "*Fix: *")
    assert "secret" not in result.stderr.str() + result.stdout.str()


@pytest.mark.parametrize("slashes", ["", "/", "//"])
def test_an_address_keeps_its_path(slashes: str) -> None:
    """Another stack may be at the same host, such as that of production."""
    given = f"fastapi=https://api.example/staging{slashes}"

    assert service_and_address(given) == ("fastapi", "https://api.example/staging")


def test_a_stack_is_told_without_its_passwords() -> None:
    stack = Stack({"fastapi": "https://me:secret@api.example:8443/staging"})

    assert str(stack) == "fastapi https://api.example:8443/staging"
    assert stack.url("fastapi") == "https://me:secret@api.example:8443/staging"
