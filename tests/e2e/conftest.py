"""A form that asks a stub of the API, and the screens that the form is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from harness.stack.running import ComposeStack
from harness.stack.sidecars import running_sidecar
from tests.houses.actions import PAGE_TIMEOUT_S
from tests.houses.containers import WORKER
from tests.houses.form import PriceForm
from tests.houses.stub_api import StubApi, running_stub

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect.set_options(timeout=PAGE_TIMEOUT_S * 1000)  # Playwright's own 5 s are too few


@pytest.fixture(scope="session")
def session_stub(compose_stack: ComposeStack) -> Iterator[StubApi]:
    with running_stub(compose_stack, name=f"stub-{WORKER}") as running:
        yield running


@pytest.fixture(scope="session")
def address_of_form_of_stub(compose_stack: ComposeStack, session_stub: StubApi) -> Iterator[str]:
    """Where a form answers that takes the stub for the API."""
    with running_sidecar(
        compose_stack,
        "streamlit",
        name=f"form-of-stub-{WORKER}",
        port=8501,
        variables={"API_URL": session_stub.url},
    ) as sidecar:
        yield sidecar.address


@pytest.fixture
def stub(session_stub: StubApi) -> Iterator[StubApi]:
    """The stub of the API, which passes everything on until it is told otherwise."""
    session_stub.says({})
    yield session_stub
    session_stub.says({})


@pytest.fixture
def form_of_stub(stub: StubApi, address_of_form_of_stub: str, page: Page) -> PriceForm:
    """The form that asks :func:`stub`, at hand like ``form``."""
    return PriceForm(page, address_of_form_of_stub).at_hand()
