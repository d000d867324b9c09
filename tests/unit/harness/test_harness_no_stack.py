"""A stack that cannot be had is one error, which says the fix: one for all of its tests."""

from __future__ import annotations

import pytest

from tests.unit.harness.machine import Machine

pytest_plugins = ["pytester"]


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
