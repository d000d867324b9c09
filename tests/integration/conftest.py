"""Where the tests of this folder look for the model's run, and for the sales behind it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from harness.stack.running import ComposeStack, Stack
from tests.houses.api import PriceApi
from tests.houses.bundle import Bundle, GoldenRow
from tests.houses.sales import Sale, Sales


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
