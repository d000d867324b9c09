"""What the API says about itself, in its documentation, its schema and its model: all one."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.houses.api import PriceApi, Value
from tests.houses.bundle import Bundle
from tests.houses.cases import typical
from tests.houses.tracker import MlflowApi

Inputs = dict[str, dict[str, Any]]


@pytest.mark.check("contract.schema")
def test_the_schema_is_the_contract_of_the_bundle_byte_for_byte(
    api: PriceApi, bundle: Bundle
) -> None:
    assert api.get("/schema").content == (bundle.folder / "contract.json").read_bytes()


@pytest.mark.check("contract.model")
def test_the_model_is_the_one_in_the_bundle(api: PriceApi, bundle: Bundle) -> None:
    model, manifest = api.model(), bundle.manifest

    for key in ("dataset", "data_sha256", "contract_sha256", "git_commit", "coverage", "metrics"):
        assert model[key] == manifest[key], key
    assert model["libraries"] == manifest["libraries"]
    assert model["files"] == {name: entry["sha256"] for name, entry in manifest["files"].items()}
    for key, theirs in {"name": "model_name", "version": "model_version"}.items():
        assert model[key] == manifest["mlflow"][theirs]
    for key in ("run_id", "experiment_id"):
        assert model[key] == manifest["mlflow"][key]


@pytest.mark.check("contract.bundle")
def test_the_files_of_the_served_model_are_those_on_disk(api: PriceApi, bundle: Bundle) -> None:
    """After a training that nobody deployed they differ."""
    served = api.model()["files"]

    on_disk = {name: bundle.sha256(name) for name in served}
    assert served == on_disk, "the API serves another model than the one on disk"
    assert {"model.onnx", "contract.json", "golden.json"} <= set(served)


@pytest.mark.check("contract.one-story")
def test_schema_openapi_health_and_price_name_one_model(
    api: PriceApi, schema: dict[str, Any], house: dict[str, Value]
) -> None:
    model, document, price = api.model(), api.openapi(), api.predict(house)
    health = api.get("/health").json()["model"]

    of_schema = hashlib.sha256(api.get("/schema").content).hexdigest()
    assert model["contract_sha256"] == model["files"]["contract.json"] == of_schema
    assert model["dataset"] == health["dataset"] == schema["dataset"]
    versions = {model["version"], health["version"], price.model_version}
    assert len(versions) == 1, f"several versions are said to be served: {versions}"
    assert schema["title"] in document["info"]["title"]
    assert price.currency == schema["target"]["currency"]


@pytest.mark.check("contract.mlflow-version")
@pytest.mark.xdist_group("trained")
def test_the_served_model_is_a_version_in_mlflow_with_its_run(
    registered_api: PriceApi, tracker: MlflowApi
) -> None:
    served = registered_api.model()

    version = tracker.version(served["name"], served["version"])

    assert version["run_id"] == served["run_id"]
    assert tracker.run(served["run_id"])["info"]["status"] == "FINISHED"


@pytest.mark.check("contract.mlflow-data")
@pytest.mark.xdist_group("trained")
def test_mlflow_says_of_the_served_model_what_the_model_says_of_itself(
    registered_api: PriceApi, tracker: MlflowApi
) -> None:
    served = registered_api.model()
    params = tracker.params(served["run_id"])

    for key in ("dataset", "data_sha256", "contract_sha256", "git_commit"):
        assert params[key] == served[key], key


@pytest.mark.check("contract.trained-at")
def test_the_model_was_trained_in_the_past(api: PriceApi) -> None:
    trained = datetime.fromisoformat(api.model()["trained_at"])

    assert trained.tzinfo is not None, "the moment of the training has no time zone"
    assert trained < datetime.now(UTC)


@pytest.mark.check("contract.defaults")
def test_a_house_of_the_defaults_can_be_sent(api: PriceApi, schema: dict[str, Any]) -> None:
    assert api.predict(typical(schema["inputs"])).price > 0


@pytest.mark.check("contract.health-model")
def test_health_names_the_model_that_is_served(api: PriceApi) -> None:
    served, model = api.get("/health").json()["model"], api.model()

    assert {key: served[key] for key in ("name", "version", "run_id")} == {
        key: model[key] for key in ("name", "version", "run_id")
    }


@pytest.mark.check("contract.metrics")
def test_metrics_count_the_houses_that_were_priced(api: PriceApi, house: dict[str, Value]) -> None:
    def counted() -> float:
        found = re.search(r"^\S*houses\S*_total(?:\{.*\})? (\S+)$", api.get("/metrics").text, re.M)
        assert found, "no counter of houses in /metrics"
        return float(found[1])

    before = counted()
    api.predict_batch([house] * 3)

    # Other workers may price houses of their own at the same time.
    assert counted() >= before + 3


@pytest.mark.check("contract.request-id")
def test_every_answer_carries_the_request_id_of_the_client(api: PriceApi) -> None:
    answer = api.get("/health/live", headers={"X-Request-ID": "me-and-only-me-1"})

    assert answer.headers["X-Request-ID"] == "me-and-only-me-1"


@pytest.mark.check("contract.new-request-id")
def test_an_answer_without_a_request_id_gets_a_new_one_each_time(api: PriceApi) -> None:
    first, second = (api.get("/health/live").headers["X-Request-ID"] for _ in range(2))

    assert first
    assert first != second
