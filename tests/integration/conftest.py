"""A training run against the MLflow of the test stack, and an API that serves what it made."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.api import PriceApi
from harness.beside import running_beside
from harness.bundle import Bundle
from harness.stack import ComposeStack, Stack
from tests.integration.trained_run import DATASET, FOLDS, SECONDS, Trained

BUNDLE_DIR, PORT = "/srv/artifacts/bundle", 8000  # in the API's container


@pytest.fixture(scope="session")
def trained(
    compose_stack: ComposeStack,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    once_per_run: Callable[[str, Callable[[], Any]], Any],
) -> Trained:
    """A training run, logged to the test stack's own MLflow: a person's is never written to."""

    def train() -> dict[str, str]:
        folder = tmp_path_factory.mktemp("trained") / "bundle"
        options = ["--dataset", DATASET, "--set", f"folds={FOLDS}", "--output", str(folder)]
        done = subprocess.run(
            ["./run_pipeline.sh", *options, "--tracking-uri", compose_stack.mlflow],
            cwd=pytestconfig.rootpath,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return {"folder": str(folder), "printed": done.stdout}

    found = once_per_run("trained", train)
    return Trained(Bundle(Path(found["folder"])), found["printed"])


@pytest.fixture(scope="session")
def api_of_trained(
    compose_stack: ComposeStack, trained: Trained, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PriceApi]:
    """An API beside that of the stack, which serves the bundle of :func:`trained`."""
    # The API runs as a user of its own, who may not read what pytest's folders hold.
    folder = tmp_path_factory.mktemp("served") / "bundle"
    shutil.copytree(trained.bundle.folder, folder)
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with (
        running_beside(
            compose_stack,
            compose_stack.plan.layout.api,
            name=f"api-of-trained-{worker}",
            port=PORT,
            volumes={folder: BUNDLE_DIR},
        ) as beside,
        PriceApi(beside.address) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def registered_api(request: pytest.FixtureRequest, stack: Stack) -> PriceApi:
    """An API whose model must be in the MLflow of :func:`stack`.

    A stack that was booted for the tests has an empty MLflow, so there it is that of
    :func:`trained`; elsewhere it is the API under test.
    """
    own = isinstance(stack, ComposeStack)
    client: PriceApi = request.getfixturevalue("api_of_trained" if own else "api")
    return client
