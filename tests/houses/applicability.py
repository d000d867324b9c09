"""Sees that every check applies to a dataset that has all a check can ask about. Otherwise a check
that wrongly finds nothing to ask about would leave the gate unnoticed.
"""

from __future__ import annotations

import json
from collections.abc import Generator

import pytest

from harness.verdict.checks import DoesNotApply

COMPLETE = {"ames"}
"""Datasets with every kind of input, a segment, directions, times of sale."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a check that does not apply where the model was trained on a complete dataset."""
    if call.excinfo is not None and isinstance(call.excinfo.value, DoesNotApply):
        trained = _dataset(item.config)
        if trained in COMPLETE:
            said = f"does not apply to {trained}, which has all that a check can ask about"
            failure = pytest.fail.Exception(f"{said}: {call.excinfo.value.reason}", pytrace=False)
            located = failure.with_traceback(call.excinfo.tb)
            call.excinfo = pytest.ExceptionInfo.from_exception(located)
    return (yield)


def _dataset(config: pytest.Config) -> str | None:
    """The dataset of the bundle in this checkout, which is the one that is served."""
    contract = config.rootpath / "artifacts" / "bundle" / "contract.json"
    return str(json.loads(contract.read_bytes())["dataset"]) if contract.exists() else None
