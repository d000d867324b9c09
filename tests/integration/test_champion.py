"""Registry and API tell one story: what is served is what the registry calls the champion."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import yaml

from tests.houses.api import PriceApi
from tests.houses.tracker import MlflowApi, MlflowError

pytestmark = pytest.mark.xdist_group("trained")

CHAMPION = "champion"
DESCRIPTION = "MLmodel"
"""What MLflow reads first when it loads a model: it names all other files."""


@pytest.mark.check("tracking.champion-served")
def test_the_model_that_is_served_is_the_champion_of_its_registry(
    registered_api: PriceApi, tracker: MlflowApi
) -> None:
    served = registered_api.model()
    champion = tracker.version_named(served["name"], CHAMPION)

    said = f"the champion is version {champion['version']}, served is version {served['version']}"
    assert champion["version"] == str(served["version"]), said
    assert champion["run_id"] == served["run_id"]


@pytest.mark.check("tracking.champion-files")
def test_every_file_of_the_champion_can_be_fetched_and_its_model_is_the_served_one(
    registered_api: PriceApi, tracker: MlflowApi
) -> None:
    """By its alias, as whoever loads the champion fetches it."""
    served = registered_api.model()
    name = served["name"]
    version = tracker.version_named(name, CHAMPION)["version"]

    def fetched(file: str) -> bytes:
        try:
            return tracker.registered_file(name, version, file)
        except MlflowError as gone:
            pytest.fail(f"the champion's file {file} cannot be fetched: {gone}")

    description: dict[str, Any] = yaml.safe_load(fetched(DESCRIPTION))
    contents = {file: fetched(file) for file in files_named_in(description)}

    [model] = {flavor["data"] for flavor in description["flavors"].values()}
    found = hashlib.sha256(contents[model]).hexdigest()
    assert found == served["files"][model], "the champion's model is another than the served one"


def files_named_in(description: dict[str, Any]) -> set[str]:
    """The model's own file and those of the environment that it is loaded in."""
    environment = description["flavors"]["python_function"]["env"]
    models = {flavor["data"] for flavor in description["flavors"].values()}
    return {*models, *environment.values()}
