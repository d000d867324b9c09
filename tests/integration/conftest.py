"""Where the tests of this folder look for the model's run, and for the sales behind it."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.stack.running import ComposeStack, Stack
from harness.stack.sidecars import Sidecar, running_sidecar
from tests.houses import altered
from tests.houses.api import PriceApi
from tests.houses.bundle import Bundle, GoldenRow
from tests.houses.containers import WORKER
from tests.houses.experiment import Experiment, train
from tests.houses.images import Built, built, compose_file
from tests.houses.invented_flats import Flat, flats
from tests.houses.poison import Plan, deflated, nudged, poisoned, shuffled, straightened
from tests.houses.sales import Sale, Sales
from tests.integration.served import Served


@pytest.fixture(scope="session")
def registered_api(request: pytest.FixtureRequest, stack: Stack) -> PriceApi:
    """An API whose model must be in the MLflow of :func:`stack`.

    A stack that was booted for the tests has an empty MLflow, so there it is that of
    :func:`trained`; elsewhere it is the API under test.
    """
    own = isinstance(stack, ComposeStack)
    client: PriceApi = request.getfixturevalue("api_of_trained" if own else "api")
    return client


@pytest.fixture(scope="session")
def sales(pytestconfig: pytest.Config, bundle: Bundle) -> Sales:
    """The dataset that the model says it was trained on, as it is in this checkout."""
    folder: Path = pytestconfig.rootpath / "datasets" / bundle.manifest["dataset"]
    if not folder.is_dir():
        pytest.fail(
            f"{folder} is missing, so nobody can tell what the model was trained on. "
            "Fix: put the dataset there and train on it.",
            pytrace=False,
        )
    return Sales(folder, bundle.contract["inputs"])


@pytest.fixture(scope="session")
def learnt(sales: Sales, golden: list[GoldenRow]) -> list[Sale]:
    """The sales that the model may have seen: all but those held out."""
    held_out = Counter(Sale(row.inputs, row.actual).key for row in golden)
    rest = []
    for sale in sales.usable:
        if held_out[sale.key] > 0:
            held_out[sale.key] -= 1
        else:
            rest.append(sale)
    return rest


@pytest.fixture(scope="session")
def served(api: PriceApi, golden: list[GoldenRow]) -> Served:
    return Served(api, golden)


@pytest.fixture(scope="session")
def experiments(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    once_per_run: Callable[[str, Callable[[], Any]], Any],
) -> dict[str, Experiment]:
    """Trainings on invented rows: as they are, and changed in each way that poison.py has."""

    def train_all() -> dict[str, Any]:
        place, rows = tmp_path_factory.mktemp("experiments"), flats()
        found = {"plain": train(pytestconfig.rootpath, place / "plain", rows)}
        plan = Plan.of(Experiment(**found["plain"]).predictions, rows)
        spoilt = poisoned(rows, plan)
        others = {
            "poisoned": spoilt,
            "nudged": nudged(spoilt, plan),
            "deflated": deflated(rows, plan),
            "straightened": straightened(rows, plan),
            "shuffled": shuffled(rows),
        }
        for name, changed in others.items():
            found[name] = train(pytestconfig.rootpath, place / name, changed)
        return found

    found = once_per_run("experiments", train_all)
    return {name: Experiment(**values) for name, values in found.items()}


@pytest.fixture(scope="session")
def plan(experiments: dict[str, Experiment]) -> Plan:
    return Plan.of(experiments["plain"].predictions, flats())


@pytest.fixture(scope="module")
def plain(experiments: dict[str, Experiment]) -> Experiment:
    return experiments["plain"]


@pytest.fixture(scope="module")
def usable() -> dict[int, Flat]:
    """The sales that can be used, by row of the CSV."""
    return {row: flat for row, flat in enumerate(flats(), 1) if flat.why_dropped is None}


@pytest.fixture(scope="session")
def talkative(compose_stack: ComposeStack) -> Iterator[Sidecar]:
    """An API that logs all it can, and that nobody else asks."""
    with running_sidecar(
        compose_stack,
        "fastapi",
        name=f"talkative-api-{WORKER}",
        port=altered.API_PORT,
        variables={"LOG_LEVEL": "DEBUG"},
    ) as sidecar:
        yield sidecar


@pytest.fixture(scope="session")
def failing(
    compose_stack: ComposeStack,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sidecar]:
    """An API whose model gives no price half of the time."""
    bundle = pytestconfig.rootpath / "artifacts" / "bundle"
    folder = altered.copy_of(bundle, tmp_path_factory.mktemp("failing") / "bundle")
    altered.fails_by_chance(folder)
    with altered.running_failing(compose_stack, folder, name=f"failing-api-{WORKER}") as sidecar:
        yield sidecar


@pytest.fixture(scope="module")
def root(compose_stack: ComposeStack) -> Path:
    return compose_stack.plan.layout.root


@pytest.fixture(scope="module")
def services(compose_stack: ComposeStack, root: Path) -> dict[str, Any]:
    """The services of the compose file, those of profiles too."""
    written = [compose_file(file)["services"] for file in compose_stack.plan.files]
    return {**dict(ChainMap(*reversed(written))), **compose_stack.compose.config()["services"]}


@pytest.fixture(scope="module")
def builds(services: dict[str, Any], root: Path) -> list[Built]:
    return built(root, services)
