"""How a bundle is refused: in one line, which names the fix."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.bundle import BundleError, verify
from app.predictor import Predictor

HASH = re.compile(r"\b[0-9a-f]{64}\b")


def refusal(folder: Path) -> str:
    """The message with which ``folder`` is refused, which is one line that names the fix."""
    with pytest.raises(BundleError) as error:
        Predictor(verify(folder))
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith(
        "Fix: run ./run_pipeline.sh to write a whole bundle, then start the API again."
    )
    return message
