"""All services are up and answer where people look for them, wherever the stack runs."""

from __future__ import annotations

import pytest

from harness.stack.running import Stack
from harness.wire.client import HttpClient
from tests.houses.api import PriceApi
from tests.houses.form_visit import visit
from tests.houses.tracker import MlflowApi


@pytest.mark.check("boot.api-health")
@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health"])
def test_a_healthy_api_says_so(api: PriceApi, path: str) -> None:
    answer = api.get(path)

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


@pytest.mark.check("boot.form")
@pytest.mark.parametrize("path", ["/", "/_stcore/health"])
def test_the_form_answers_at_its_address(stack: Stack, path: str) -> None:
    with HttpClient(stack.url("streamlit")) as client:
        answer = client.get(path)

    assert answer.status_code == 200
    assert path != "/" or "<title>" in answer.text


@pytest.mark.check("boot.form-script")
def test_the_script_of_the_form_draws_the_page_and_a_price_without_an_error(stack: Stack) -> None:
    """It runs for each visitor, and the healthcheck is green even where it always fails."""
    opened, clicked = visit(stack.url("streamlit"))

    assert opened.errors == [], f"the form's script fails when the page is opened: {opened.errors}"
    assert clicked.errors == [], f"the form's script fails after a click: {clicked.errors}"
    assert clicked.has_price, "a click on a fresh form gives no price"


@pytest.mark.check("boot.mlflow")
def test_the_api_of_mlflow_answers_at_its_address(tracker: MlflowApi) -> None:
    """Not only its /health, which is green even where the API refuses everybody."""
    answer = tracker.get(f"{MlflowApi.API}/experiments/search", params={"max_results": 1})

    assert answer.status_code == 200
    assert answer.json()["experiments"]


@pytest.mark.check("boot.api-finds-mlflow")
def test_the_api_finds_mlflow(api: PriceApi) -> None:
    assert api.get("/health").json()["tracker"]["status"] == "reachable"
