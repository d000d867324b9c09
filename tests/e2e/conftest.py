"""A form that asks a stand-in for the API, and the screens that the form is tried on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from harness.stack.running import ComposeStack
from harness.stack.sidecars import running_sidecar
from tests.houses.form import PriceForm
from tests.houses.stub_api import Impostor, running_impostor

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def running_stand_in(compose_stack: ComposeStack) -> Iterator[Impostor]:
    with running_impostor(compose_stack, name=f"impostor-{WORKER}") as running:
        yield running


@pytest.fixture(scope="session")
def deceived_address(compose_stack: ComposeStack, running_stand_in: Impostor) -> Iterator[str]:
    """Where a form answers that takes the stand-in for the API."""
    with running_sidecar(
        compose_stack,
        "streamlit",
        name=f"deceived-form-{WORKER}",
        port=8501,
        variables={"API_URL": running_stand_in.url},
    ) as sidecar:
        yield sidecar.address


@pytest.fixture
def impostor(running_stand_in: Impostor) -> Iterator[Impostor]:
    """The stand-in for the API, which passes everything on until it is told otherwise."""
    running_stand_in.says({})
    yield running_stand_in
    running_stand_in.says({})


@pytest.fixture
def deceived_form(impostor: Impostor, deceived_address: str, page: Page) -> PriceForm:
    """The form that asks :func:`impostor`, at hand like ``form``."""
    return PriceForm(page, deceived_address).at_hand()
