"""Registry and API tell one story: what is served is what the registry calls the champion."""

from __future__ import annotations

import pytest

from tests.houses.api import PriceApi
from tests.houses.tracker import MlflowApi

pytestmark = pytest.mark.xdist_group("trained")


@pytest.mark.check("tracking.champion-served")
def test_the_model_that_is_served_is_the_champion_of_its_registry(
    registered_api: PriceApi, tracker: MlflowApi
) -> None:
    served = registered_api.model()
    champion = tracker.version_named(served["name"], "champion")

    said = f"the champion is version {champion['version']}, served is version {served['version']}"
    assert champion["version"] == str(served["version"]), said
    assert champion["run_id"] == served["run_id"]
