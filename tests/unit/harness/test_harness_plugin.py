"""The pytest plugin: when a stack boots, is shared, is kept and is removed."""

from __future__ import annotations

import pytest

from tests.unit.harness.machine import Machine

pytest_plugins = ["pytester"]


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
