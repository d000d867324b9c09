"""Fixtures of the plugin, but for those of the browser. None of them boots anything by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.run import RUN
from harness.stack.layout import Layout
from harness.stack.once import Once
from harness.stack.running import ComposeStack, Stack
from harness.stack.shared import BREAKABLE, SHARED, SharedStacks
from harness.verdict.terminal import say

__all__ = [
    "breakable_stack",
    "compose_stack",
    "layout",
    "once_per_run",
    "stack",
    "stacks",
]


@pytest.fixture(scope="session")
def layout(pytestconfig: pytest.Config) -> Layout:
    """What is booted: the compose files in the folder of pytest's settings. Override it to say more
    of the project, such as a path that a service must answer with 200."""
    return Layout(root=pytestconfig.rootpath)


@pytest.fixture(scope="session")
def once_per_run(pytestconfig: pytest.Config) -> Callable[[str, Callable[[], Any]], Any]:
    """``once_per_run(name, make)``: what ``make`` returned in the first process that asked.

    For session fixtures that are expensive: under ``pytest -n`` there is a session a worker.
    """
    return Once(pytestconfig.stash[RUN].folder).get


@pytest.fixture(scope="session")
def stacks(pytestconfig: pytest.Config, layout: Layout) -> Iterator[SharedStacks]:
    """What boots the stacks of this run, each when it is first asked for."""
    with pytestconfig.stash[RUN].stacks(layout, tell=partial(say, pytestconfig)) as stacks:
        yield stacks


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Stack:
    """The stack under test: booted on first use, shared by all tests and workers, removed at the
    end; or the one that ``--url`` points at. Tests must not break it."""
    remote = pytestconfig.stash[RUN].remote
    if remote is not None:
        return remote
    stacks: SharedStacks = request.getfixturevalue("stacks")
    with stops_the_run(request.session):
        return stacks.get(SHARED)


@pytest.fixture(scope="session")
def compose_stack(stack: Stack) -> ComposeStack:
    """:func:`stack` with its containers, for tests marked ``containers``."""
    if not isinstance(stack, ComposeStack):
        pytest.fail("mark this test `containers`: it cannot run with --url", pytrace=False)
    return stack


@pytest.fixture
def breakable_stack(request: pytest.FixtureRequest, stacks: SharedStacks) -> Iterator[ComposeStack]:
    """A second stack, for tests marked ``destructive``: one test at a time, healed after each.

    Its services answer then; the engine may still call one unhealthy until its next probe.
    """
    if request.node.get_closest_marker("destructive") is None:
        pytest.fail("mark this test `destructive`: it cannot run with --url", pytrace=False)
    *_, last = (item for item in request.session.items if item.get_closest_marker("destructive"))
    last_one = request.node is last
    with stops_the_run(request.session), stacks.alone(BREAKABLE, last=last_one) as stack:
        yield stack


@contextmanager
def stops_the_run(session: pytest.Session) -> Iterator[None]:
    """Without its stack nothing can be tested: one error then, not one a test."""
    try:
        yield
    except HarnessError as error:
        session.shouldfail = str(error).splitlines()[0]
        raise pytest.fail.Exception(str(error), pytrace=False) from None
