"""The form's own folder on the path, and the API that its tests talk to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.unit.form.form_fake_api import FakeApi

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
