"""What tests do inside the stack's containers."""

from __future__ import annotations

import os

from harness.stack.running import ComposeStack

SERVICES = ["fastapi", "mlflow", "streamlit"]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
"""Of this process: part of the name of what each worker starts for itself."""


def python(stack: ComposeStack, service: str, code: str) -> str:
    """What ``code`` prints when it is run inside the service's container."""
    done = stack.exec(service, "python", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout
