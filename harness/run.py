"""One test run: the process that was started, and its xdist workers if there are any."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.stack.boot import how_to_remove, remove
from harness.stack.layout import Layout
from harness.stack.measure import StackFigures, measurements
from harness.stack.owner import Owner
from harness.stack.plan import Plan
from harness.stack.running import Stack
from harness.stack.shared import SharedStacks, begun
from harness.stack.usage import with_memory
from harness.wire.address import checked, without_password
from harness.wire.answering import unanswered

RUN = pytest.StashKey["Run"]()
FOLDERS, OWNER = "compose-harness-", "owner"


def address_of(service: str) -> Callable[[str], str]:
    """The type of an option that is short for ``--url SERVICE=URL``, such as ``--api-url``."""
    return lambda address: f"{service}={address}"


def results_of(config: pytest.Config) -> Path:
    """Where a run leaves its verdict, its report and its evidence."""
    return config.rootpath / "test-results"


class Run:
    """What all fixtures of a run stand on.

    The main process owns the run's folder and its stacks and removes both at the end. A worker
    is given folder and owner, and may end or crash at any time.

    Attributes:
        measured: what each stack of the run took, once it is closed.
    """

    def __init__(self, config: pytest.Config) -> None:
        given: dict[str, str] | None = getattr(config, "workerinput", {}).get("harness")
        self.is_worker = given is not None
        self.results = results_of(config)
        given_urls = _addresses(config.getoption("url") or ())
        self.remote = Stack(given_urls) if given_urls else None
        if not self.is_worker and not config.option.collectonly and not config.option.help:
            _must_answer(given_urls)
        if given is not None:
            self.folder, self.owner = Path(given["folder"]), given["owner"]
        else:
            self.owner = str(Owner.this_process())
        self.keep: bool = config.getoption("--keep-stack")
        self.measured: list[StackFigures] = []

    @cached_property
    def folder(self) -> Path:
        """Where the processes of this run meet; made when it is first asked for."""
        _remove_dead_folders()
        made = Path(tempfile.mkdtemp(prefix=FOLDERS))
        (made / OWNER).write_text(str(Owner.this_process()))
        return made

    def for_worker(self) -> dict[str, str]:
        """What a worker's ``Run`` is given."""
        return {"folder": str(self.folder), "owner": self.owner}

    def stacks(self, layout: Layout, tell: Callable[[str], None]) -> SharedStacks:
        return SharedStacks(
            self.folder,
            layout=layout,
            logs=self.results / "logs",
            owner=self.owner,
            keep=self.keep,
            tell=tell,
        )

    def close(self) -> Iterator[str]:
        """Removes what this run booted, when nothing else of it runs any more; says what it does.

        Raises:
            HarnessError: something could not be removed. Everything else is gone.
        """
        if self.is_worker or "folder" not in vars(self):
            return
        self.measured = with_memory(measurements(self.folder))
        plans = begun(self.folder)
        for plan in plans:
            figures = next(
                (measured for measured in self.measured if measured.name == plan.name), None
            )
            yield from self._account(plan, figures)
        with ThreadPoolExecutor() as at_once:
            failures = [failure for failure in at_once.map(_failure, plans) if failure]
        shutil.rmtree(self.folder)
        if failures:
            raise HarnessError("\n".join(failures))

    def _account(self, plan: Plan, figures: StackFigures | None) -> Iterator[str]:
        came = figures.told() if figures else "did not come up"
        logs = plan.logs.relative_to(self.results.parent)
        if not plan.kept:
            yield f"{plan.name} {came}; removing it, logs in {logs}"
            return
        services = [name for name in plan.source.services if plan.ports(name)]
        yield f"{plan.name} {came} and is kept, logs in {logs}"
        yield "".join(f"  {plan.layout.title(name)} {plan.address(name)}" for name in services)
        yield f"  remove it with: {how_to_remove(plan)}"


def _addresses(given: Iterable[str]) -> dict[str, str]:
    """Service -> address, of each ``SERVICE=URL``.

    Raises:
        pytest.UsageError: one of them is none, or a service has two. Raised here and not by the
            parser of options, which would leave the verdict of an earlier run.
    """
    addresses: dict[str, str] = {}
    for service, address in map(service_and_address, given):
        if addresses.setdefault(service, address) != address:
            raise pytest.UsageError(
                f"{service} has two addresses: {without_password(addresses[service])} and "
                f"{without_password(address)}. Fix: give one"
            )
    return addresses


def service_and_address(given: str) -> tuple[str, str]:
    """The two of ``SERVICE=URL``. Raises UsageError."""
    service, equals, address = given.partition("=")
    if not equals or not service or re.search("[/:@?#]", service):
        raise pytest.UsageError(
            f"--url {without_password(given)}: whose address is it? Fix: --url SERVICE=URL, "
            "with the name that the service has in the compose file"
        )
    try:
        return service, checked(address)
    except ValueError as error:
        raise pytest.UsageError(f"the address of {service}: {error}") from None


def _must_answer(addresses: dict[str, str]) -> None:
    """Without its stack nothing can be tested: that is one error then, before any test."""
    if silent := unanswered(addresses):
        raise pytest.UsageError(
            "the stack that was given does not answer: " + "; ".join(silent) + ". Fix: start it "
            "(docker compose ps shows its ports), or leave the addresses out to have one booted"
        )


def _failure(plan: Plan) -> str | None:
    """Removes a stack; what could not be removed, if anything."""
    try:
        remove(plan)
    except HarnessError as error:
        return str(error)
    return None


def _remove_dead_folders() -> None:
    """Removes the folders of runs that were killed."""
    for mark in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*/{OWNER}"):
        owner = Owner.parse(mark.read_text())
        if owner is not None and owner.is_gone():
            shutil.rmtree(mark.parent, ignore_errors=True)  # another run may be at it too
