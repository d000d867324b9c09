"""What the gate has to know of this system: its fixtures, its facts, and where a verdict goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.run import RUN, address_of, service_and_address
from harness.stack.layout import Layout
from harness.stack.running import Stack
from harness.verdict.catalogue import catalogue
from harness.verdict.checks import Check
from harness.verdict.verdict import Verdict
from tests.houses.api import PriceApi
from tests.houses.form import PriceForm
from tests.houses.gate import not_the_champion, tracker_address, write_to_model
from tests.houses.tested import MODEL, facts_of, model_of, replaced
from tests.houses.tracker import MlflowApi
from tests.houses.whole import refuse_less

if TYPE_CHECKING:
    from playwright.sync_api import Page


# Service -> what people call it, and the option that takes its address.
ADDRESSES = {
    "fastapi": ("API", "--api-url"),
    "streamlit": ("form", "--ui-url"),
    "mlflow": ("MLflow", "--mlflow-url"),
}
PROBES = {
    "fastapi": "/health/ready",
    "streamlit": "/_stcore/health",
    # Not /health: that is green even where MLflow refuses every call of its API.
    "mlflow": "/api/2.0/mlflow/registered-models/search?max_results=1",
}
GATE = ("tests/integration", "tests/e2e")
"""What the whole gate is."""
SERVED_FIRST = pytest.StashKey[Mapping[str, Any]]()
"""The model that a given stack served when the run began."""
NEEDS = {"artifacts/bundle/manifest.json": "there is no trained model. Fix: ./run_pipeline.sh"}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("stack")
    for service, (title, option) in ADDRESSES.items():
        group.addoption(
            option,
            dest="url",
            action="append",
            default=[],
            type=address_of(service),
            metavar="URL",
            help=f"the same as --url {service}=URL, for the {title}",
        )
    group.addoption(
        "--gate",
        action="store_true",
        help="write the verdict onto the model's version, in the MLflow that it is registered in",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--gate") and not config.option.help:
        refuse_less(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Somebody else may train and serve another model while this run asks."""
    run = session.config.stash[RUN]
    if run.remote is not None and not run.is_worker and not session.config.option.collectonly:
        session.config.stash[SERVED_FIRST] = model_of([run.remote])


def pytest_harness_catalogue(config: pytest.Config) -> Mapping[str, Check] | None:
    """A yes that is written on a model stands for all checks, whatever this run was asked for."""
    if not config.getoption("--gate"):
        return None
    return catalogue(config.rootpath, GATE, about="dataset")


def pytest_harness_tested(config: pytest.Config, stacks: Sequence[Stack]) -> Mapping[str, Any]:
    return facts_of(stacks)


def pytest_harness_troubles(config: pytest.Config, tested: Mapping[str, Any]) -> Sequence[str]:
    if MODEL not in tested:
        return []
    found = [replaced(config.stash.get(SERVED_FIRST, tested[MODEL]), tested[MODEL])]
    if config.getoption("--gate"):
        found.append(not_the_champion(tested[MODEL], _tracker_address(config)))
    return [wrong for wrong in found if wrong]


def pytest_harness_verdict(config: pytest.Config, verdict: Verdict, page: Path) -> str | None:
    if not config.getoption("--gate"):
        return None
    return write_to_model(verdict, page, _tracker_address(config))


def _tracker_address(config: pytest.Config) -> str:
    given = dict(map(service_and_address, config.getoption("url")))
    return tracker_address(given.get("mlflow"))


@pytest.fixture(scope="session")
def layout(pytestconfig: pytest.Config) -> Layout:
    """What is booted: this project."""
    return Layout(
        root=pytestconfig.rootpath,
        prefix="house-price-test",
        probes=PROBES,
        titles={service: title for service, (title, _) in ADDRESSES.items()},
        needs=NEEDS,
    )


@pytest.fixture(scope="session")
def api(stack: Stack) -> Iterator[PriceApi]:
    """The API of :func:`stack`."""
    with PriceApi(stack.url("fastapi")) as client:
        yield client


@pytest.fixture(scope="session")
def tracker(stack: Stack) -> Iterator[MlflowApi]:
    """The MLflow of :func:`stack`."""
    with MlflowApi(stack.url("mlflow")) as client:
        yield client


@pytest.fixture
def form(page: Page, stack: Stack) -> PriceForm:
    """The form of :func:`stack`: in a fresh page, or with ``same_page`` as the last test left it.

    Fill in what matters then: the entries of the last test are still there.
    """
    return PriceForm(page, stack.url("streamlit")).at_hand()
