"""Where the tests of this folder look for the model's run."""

from __future__ import annotations

import pytest

from harness.api import PriceApi
from harness.stack import ComposeStack, Stack


@pytest.fixture(scope="session")
def registered_api(request: pytest.FixtureRequest, stack: Stack) -> PriceApi:
    """An API whose model must be in the MLflow of :func:`stack`.

    A stack that was booted for the tests has an empty MLflow, so there it is that of
    :func:`trained`; elsewhere it is the API under test.
    """
    own = isinstance(stack, ComposeStack)
    client: PriceApi = request.getfixturevalue("api_of_trained" if own else "api")
    return client
