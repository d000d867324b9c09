"""The form's own folder on the path, and the API that its tests talk to, and its page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from harness.wire import HANG_TIMEOUT_S
from tests.unit.form.form_fake_api import FakeApi

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

FORM = Path(__file__).parents[3] / "streamlit_app"
sys.path.append(str(FORM))  # last, or the form's app.py would hide the package app


@pytest.fixture
def api() -> Iterator[FakeApi]:
    server = FakeApi()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def form_script() -> Path:
    return FORM / "app.py"


@pytest.fixture
def form(form_script: Path, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    from streamlit.testing.v1 import AppTest  # not all of the form's tests need it

    monkeypatch.setenv("API_URL", api.address)
    monkeypatch.setenv("MLFLOW_PUBLIC_URL", "http://localhost:5555")
    monkeypatch.setattr("api_client.CLICK_TIMEOUT_S", HANG_TIMEOUT_S)
    # For components, of which the form has none, the runner reads the metadata of all packages.
    discover = "streamlit.testing.v1.app_test.BidiComponentManager.discover_and_register_components"
    monkeypatch.setattr(discover, lambda *_, **__: None)
    return AppTest.from_file(form_script, default_timeout=2 * HANG_TIMEOUT_S)
