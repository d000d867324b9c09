"""The pytest plugin, in runs of its own and with a ``docker`` that only pretends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from harness.stack.ports import free_ports

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[3]

# Writes down what it is asked. Knows no containers, so every stack is well as soon as it is up; the
# files beside it say what fails.
DOCKER = f"""#!{sys.executable} -IS
import json, pathlib, sys
folder, words = pathlib.Path(__file__).parent, sys.argv[1:]
with (folder / "asked").open("a") as asked:
    asked.write(json.dumps(words) + "\\n")
if (folder / "silent").exists():
    sys.exit("Cannot connect to the Docker daemon at unix:///var/run/docker.sock")
if words[:2] == ["compose", "version"]:
    print((folder / "compose-version").read_text())
elif words[0] == "version":
    print("26.1.5")
elif "config" in words:
    ports = [{{"target": 80, "published": "8080", "protocol": "tcp"}}]
    services = {{"web": {{"build": ".", "ports": ports}}, "store": {{"image": "store:1"}}}}
    print(json.dumps({{"services": services, "volumes": {{"data": None}}}}))
elif "build" in words and (folder / "breaks").exists():
    sys.exit("failed to solve: the recipe is wrong")
"""

USES_THE_STACK = """
    import os
    import pytest

    @pytest.mark.parametrize("number", range(4))
    def test_uses_the_stack(stack, number):
        print(f"ADDRESS {stack.url('web')}")
"""


class Machine:
    """A project with a compose file, and a ``docker`` that pretends."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pytester = pytester
        self.commands = pytester.path / "commands"
        self.commands.mkdir()
        docker = self.commands / "docker"
        docker.write_text(DOCKER)
        docker.chmod(0o755)
        (self.commands / "compose-version").write_text("2.26.1-4")
        pytester.makefile(".yml", **{"docker-compose": "services: {}"})
        # All plugins that are installed take most of the time that pytest needs to start.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        pytester.makeini("[pytest]\naddopts = --strict-markers -p xdist")
        self.conftest = """
        pytest_plugins = ["harness.plugin"]
"""
        monkeypatch.setenv("PATH", str(self.commands))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(
        self, *options: str, tests: str = USES_THE_STACK, alone: bool = False
    ) -> pytest.RunResult:
        """A run of pytest, in this process or in one of its own."""
        self._pytester.makeconftest(self.conftest)
        self._pytester.makepyfile(tests)
        start = self._pytester.runpytest_subprocess if alone else self._pytester.runpytest
        return start(*options)

    def asked(self, *words: str) -> list[list[str]]:
        """What docker was asked, of that what contains all of ``words``."""
        file = self.commands / "asked"
        asked = (
            [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        )
        return [question for question in asked if set(words) <= set(question)]


@pytest.fixture
def machine(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(pytester, monkeypatch)


def test_collecting_boots_nothing(machine: Machine) -> None:
    result = machine.run("--collect-only", "-q")

    assert result.ret == 0
    assert machine.asked() == []


def test_tests_without_the_stack_boot_nothing(machine: Machine) -> None:
    result = machine.run(tests="def test_alone(): pass")

    result.assert_outcomes(passed=1)
    assert machine.asked() == []


def test_tests_that_use_the_stack_boot_one_and_remove_it(machine: Machine) -> None:
    result = machine.run()

    result.assert_outcomes(passed=4)
    assert len(machine.asked("up", "--no-build", "--wait")) == 1
    assert len(machine.asked("down", "--volumes")) == 1
    result.stdout.fnmatch_lines(["stack: stack-test-* was up after * s; removing it, *"])


def test_workers_share_one_stack(machine: Machine) -> None:
    result = machine.run("-n", "2", "-rP")

    result.assert_outcomes(passed=4)
    addresses = {line for line in result.outlines if line.startswith("ADDRESS")}
    assert len(addresses) == 1
    assert len(machine.asked("up")) == 1
    assert len(machine.asked("down")) == 1


def test_a_stack_has_a_name_of_its_own_and_free_ports(machine: Machine) -> None:
    machine.run()
    machine.run()

    [first], [second] = (
        {words[words.index("--project-name") + 1]} for words in machine.asked("up")
    )
    assert first != second
    assert first.startswith("stack-test-")


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_a_missing_docker_is_one_error_with_the_fix(
    machine: Machine, options: tuple[str, ...]
) -> None:
    (machine.commands / "docker").unlink()

    result = machine.run(*options)

    outcomes = result.parseoutcomes()
    assert result.ret != 0
    assert "passed" not in outcomes
    assert "skipped" not in outcomes
    assert outcomes["errors"] <= max(1, len(options))  # one a worker, not one a test
    result.stdout.fnmatch_lines(["*there is no docker command. Fix: setup/engine.sh*"])


def test_a_silent_engine_is_an_error_with_the_fix(machine: Machine) -> None:
    (machine.commands / "silent").touch()

    result = machine.run()

    assert result.ret == 1
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no Docker engine answers (Cannot connect*). Fix: start it*"])
    assert "Traceback" not in result.stdout.str()
    assert "During handling" not in result.stdout.str()


def test_an_old_compose_is_an_error_with_the_fix(machine: Machine) -> None:
    (machine.commands / "compose-version").write_text("v2.19.0")

    result = machine.run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*docker compose v2.19.0 is too old. Fix: update it to 2.24*"])


def test_what_a_project_needs_is_an_error_with_its_fix(machine: Machine) -> None:
    machine.conftest += """
        import pytest
        from harness.stack.layout import Layout

        @pytest.fixture(scope="session")
        def layout(pytestconfig):
            needs = {"model.bin": "there is no trained model. Fix: ./train"}
            return Layout(pytestconfig.rootpath, needs=needs)
    """
    result = machine.run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no trained model. Fix: ./train*"])
    assert machine.asked("up") == []


def test_a_stack_that_does_not_come_up_is_one_error_and_removed(machine: Machine) -> None:
    (machine.commands / "breaks").touch()

    result = machine.run()

    assert result.ret == 1
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*the stack did not come up: an image cannot be built, see below",
            "*failed to solve: the recipe is wrong*",
        ]
    )
    assert len(machine.asked("down", "--volumes")) == 1


def test_an_interrupted_run_removes_its_stack(machine: Machine) -> None:
    tests = """
        import os, signal

        def test_that_a_person_interrupts(stack):
            os.kill(os.getpid(), signal.SIGINT)
    """
    result = machine.run(tests=tests, alone=True)

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert len(machine.asked("down", "--volumes")) == 1


def test_a_stack_that_is_kept_is_not_removed_and_can_be_found(machine: Machine) -> None:
    result = machine.run("--keep-stack")

    result.assert_outcomes(passed=4)
    assert machine.asked("down") == []
    result.stdout.fnmatch_lines(
        [
            "stack: stack-test-* is kept*",
            "*  web http://127.0.0.1:*",
            "*docker compose -p stack-test-* down --volumes --rmi local",
        ]
    )


def test_a_stack_that_runs_elsewhere_is_tested_without_docker(
    machine: Machine, elsewhere: str
) -> None:
    tests = f"""
        def test_the_addresses(stack):
            assert stack.url("web") == stack.url("store") == "{elsewhere}"
    """
    result = machine.run(f"--url=web={elsewhere}", f"--url=store={elsewhere}/", tests=tests)

    result.assert_outcomes(passed=1)
    assert machine.asked() == []


def test_a_project_can_have_options_of_its_own_for_the_addresses(
    machine: Machine, elsewhere: str
) -> None:
    machine.conftest += """
        from harness.run import address_of

        def pytest_addoption(parser):
            parser.addoption("--api-url", dest="url", action="append", type=address_of("web"))
    """
    tests = f"""
        def test_the_addresses(stack):
            assert (stack.url("web"), stack.url("store")) == ("{elsewhere}",) * 2
    """
    options = ("--api-url", elsewhere, "--url", f"store={elsewhere}")
    machine.run(*options, tests=tests, alone=True).assert_outcomes(passed=1)


def test_what_cannot_be_tested_elsewhere_is_counted_as_deselected(
    machine: Machine, elsewhere: str
) -> None:
    tests = """
        import pytest

        def test_by_address(stack): pass

        @pytest.mark.containers
        def test_inside(compose_stack): pass

        @pytest.mark.destructive
        def test_breaks(breakable_stack): pass
    """
    result = machine.run(f"--url=web={elsewhere}", tests=tests)

    result.assert_outcomes(passed=1, deselected=2)


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (("-m", "destructive or containers"), "the groups are boot, other"),
        (("--check", "faults"), "the groups are boot, other"),
        (("-k", "ports"), "the groups are boot, other"),
    ],
)
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_a_choice_of_which_nothing_can_be_tested_elsewhere_is_told_what_can(
    machine: Machine,
    elsewhere: str,
    choice: tuple[str, ...],
    left: str,
    workers: tuple[str, ...],
) -> None:
    tests = """
        import pytest

        def test_by_address(stack): pass

        @pytest.mark.check("boot.health")
        def test_all_are_well(stack): pass

        @pytest.mark.containers
        @pytest.mark.check("boot.ports")
        def test_ports(compose_stack): pass

        @pytest.mark.destructive
        @pytest.mark.check("faults.stop")
        def test_breaks(breakable_stack): pass
    """
    result = machine.run(f"--url=web={elsewhere}", *choice, *workers, tests=tests)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = result.stdout.str() + result.stderr.str()
    assert "needs containers, which a stack that runs elsewhere does not show" in said
    assert f"of the 2 checks that can be asked of it, {left}. Fix: choose some of these" in said
    assert "Traceback" not in said


def test_an_address_that_was_not_given_is_asked_for(machine: Machine, elsewhere: str) -> None:
    tests = "def test_of_the_store(stack): stack.url('store')"

    result = machine.run(f"--url=web={elsewhere}", tests=tests)

    assert result.ret == 1
    said = "*needs the address of store, * is that of web. Fix: give --url store=URL as well.*"
    result.stdout.fnmatch_lines([said])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("web=localhost:8000", "*'localhost:8000' does not begin*mean http://localhost:8000?*"),
        ("web=htp://localhost", "*'htp://localhost' does not begin*mean http://localhost?*"),
        ("web=http:/localhost", "*does not begin with http*did you mean *"),
        ("web=http://localhost:80000", "*is no address: Port out of range*Fix: give one such as*"),
        ("web=http://", "*'http://' names no host*Fix: give one such as*"),
        ("web=http://local host", "*names no host*"),
        ("web=", "*'' does not begin with http*"),
        ("http://localhost:8000", "*whose address is it? Fix: --url SERVICE=URL*"),
        ("web=http://nobody.invalid", "*web at http*invalid: there is no host of that name. Fix*"),
        ("web=http://127.0.0.1:{closed}", "*web at http*: nobody listens there*Fix: start it*"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_an_address_that_is_none_or_where_nobody_answers_is_one_error_before_any_test(
    machine: Machine, given: str, said: str, workers: tuple[str, ...]
) -> None:
    given = given.format(closed=free_ports(1)[0])

    result = machine.run("--url", given, *workers)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])
    assert "test session starts" not in result.stdout.str()


def test_only_tests_marked_destructive_get_a_stack_to_break(machine: Machine) -> None:
    result = machine.run(tests="def test_breaks(breakable_stack): pass")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mark this test `destructive`*"])
    assert machine.asked("up") == []


def test_a_stack_to_break_is_another_one(machine: Machine) -> None:
    tests = """
        import pytest

        @pytest.mark.destructive
        def test_breaks(breakable_stack, stack):
            assert breakable_stack.url("web") != stack.url("web")
    """
    result = machine.run(tests=tests)

    result.assert_outcomes(passed=1)
    assert len(machine.asked("up", "--wait")) == len(machine.asked("down")) == 2


def test_a_stack_to_break_rests_after_its_last_test_and_wakes_to_be_asked(machine: Machine) -> None:
    tests = """
        import pytest
        from harness.stack.docker_cli import docker

        pytestmark = pytest.mark.destructive

        def test_breaks(breakable_stack):
            docker("first")

        def test_breaks_again(breakable_stack):
            docker("second")
    """
    result = machine.run(tests=tests)

    result.assert_outcomes(passed=2)
    told = [word for question in machine.asked() for word in question]
    steps = [word for word in told if word in ("first", "second", "pause", "unpause", "down")]
    assert steps == ["first", "second", "pause", "unpause", "down"]


def test_nothing_heavy_is_imported_before_it_is_needed(machine: Machine) -> None:
    tests = """
        import sys

        def test_what_is_loaded():
            assert not {"testcontainers", "docker"} & set(sys.modules)
    """
    machine.run(tests=tests, alone=True).assert_outcomes(passed=1)
