"""A stack that runs elsewhere, by its addresses: what is asked of it, and which are refused."""

from __future__ import annotations

import pytest

from harness.stack.ports import free_ports
from tests.unit.harness.machine import Machine

pytest_plugins = ["pytester"]


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
        ("web=http://localhost:80000", "*names no host, or no port of one. Fix: give one such as*"),
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
