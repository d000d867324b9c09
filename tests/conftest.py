"""Loads the harness (here and not by ``-p``, so that plain ``pytest`` in a clone finds it), and
what integration and browser tests have in common."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar, running_sidecar
from tests.houses.api import PriceApi, Value
from tests.houses.bundle import Bundle, GoldenRow
from tests.houses.domain import Domain
from tests.houses.trained_run import TO_TRAIN, Trained, run_in

if TYPE_CHECKING:
    from tests.houses.model import LocalModel

pytest_plugins = ["harness.plugin", "tests.houses.plugin", "tests.houses.applicability"]
BUNDLE_DIR, PORT = "/srv/artifacts/bundle", 8000  # in the API's container

# What the modules of tests and their libraries hold lives as long as the run. Looked through for
# garbage again and again, it costs a fifth of the collection and most of a worker's end.
gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "dataset(name): about this dataset; deselected for another")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts background jobs with SIGINT ignored. What tests start would inherit that,
        # and must be interruptible.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out tests about another dataset than the one that was trained on."""
    contract = config.rootpath / "artifacts" / "bundle" / "contract.json"
    if not contract.exists():
        return  # the stack says how to get one
    trained = json.loads(contract.read_bytes())["dataset"]
    others = [item for item in items if _dataset_of(item) not in (None, trained)]
    if others:
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)


def _dataset_of(item: pytest.Item) -> str | None:
    marker = item.get_closest_marker("dataset")
    return str(marker.args[0]) if marker else None


@pytest.fixture(scope="session")
def schema(api: PriceApi) -> dict[str, Any]:
    """The contract that the API serves."""
    return api.schema()


@pytest.fixture(scope="session")
def inputs(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The inputs of the contract by name, in the order of the form."""
    return {field["name"]: field for field in schema["inputs"]}


@pytest.fixture(scope="session")
def bundle(pytestconfig: pytest.Config, api: PriceApi) -> Bundle:
    """The bundle on this machine's disk. It must be the one that is served."""
    found = Bundle(pytestconfig.rootpath / "artifacts" / "bundle")
    if api.model()["files"]["golden.json"] != found.sha256("golden.json"):
        pytest.fail(
            f"{api.address} serves another model than artifacts/bundle. "
            "Fix: test the checkout that it was trained in, or train again and restart it.",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def golden(bundle: Bundle) -> list[GoldenRow]:
    """Held-out sales, with what training computed for them."""
    return bundle.golden


@pytest.fixture(scope="session")
def local_model(bundle: Bundle) -> LocalModel:
    """The model of :func:`bundle`, run in this process."""
    from tests.houses.model import LocalModel  # ONNX Runtime takes a second to load

    return LocalModel(bundle.folder / "model.onnx")


@pytest.fixture
def domain(
    inputs: dict[str, dict[str, Any]], golden: list[GoldenRow], local_model: LocalModel
) -> Domain:
    """All houses that the contract takes."""
    return Domain(inputs, [row.inputs for row in golden], local_model)


@pytest.fixture(scope="session")
def house(golden: list[GoldenRow]) -> dict[str, Value]:
    """A valid house."""
    return dict(golden[0].inputs)


@pytest.fixture(scope="session")
def trained(
    compose_stack: ComposeStack,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    once_per_run: Callable[[str, Callable[[], Any]], Any],
) -> Trained:
    """A training run, logged to the test stack's own MLflow: a person's is never written to.

    It finds that one by itself, as the MLflow of its compose project, on a port of its own.
    """

    def train() -> dict[str, str]:
        folder = tmp_path_factory.mktemp("trained") / "bundle"
        printed = run_in(
            pytestconfig.rootpath,
            compose_stack.plan.name,
            ["./run_pipeline.sh", *TO_TRAIN, "--output", str(folder)],
        )
        return {"folder": str(folder), "printed": printed}

    found = once_per_run("trained", train)
    return Trained(Bundle(Path(found["folder"])), found["printed"])


@pytest.fixture(scope="session")
def sidecar_of_trained(
    compose_stack: ComposeStack, trained: Trained, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sidecar]:
    """An API beside that of the stack, which serves the bundle of :func:`trained`."""
    # The API runs as a user of its own, who may not read pytest's folders.
    folder = tmp_path_factory.mktemp("served") / "bundle"
    shutil.copytree(trained.bundle.folder, folder)
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with running_sidecar(
        compose_stack,
        "fastapi",
        name=f"api-of-trained-{worker}",
        port=PORT,
        volumes={folder: BUNDLE_DIR},
    ) as sidecar:
        yield sidecar


@pytest.fixture(scope="session")
def api_of_trained(sidecar_of_trained: Sidecar) -> Iterator[PriceApi]:
    with PriceApi(sidecar_of_trained.address) as client:
        yield client
