"""Loads the harness (here and not by ``-p``, so that plain ``pytest`` in a clone finds it), and
what integration and browser tests have in common."""

from __future__ import annotations

from typing import Any

import pytest

from harness.api import PriceApi, Value
from harness.bundle import Bundle, GoldenRow

pytest_plugins = ["harness.plugin"]


@pytest.fixture(scope="session")
def schema(api: PriceApi) -> dict[str, Any]:
    """The contract that the API serves."""
    return api.schema()


@pytest.fixture(scope="session")
def inputs(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The inputs of the contract by name, in the order of the form."""
    return {each["name"]: each for each in schema["inputs"]}


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
def house(golden: list[GoldenRow]) -> dict[str, Value]:
    """A valid house."""
    return dict(golden[0].inputs)
