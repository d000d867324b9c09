"""The form of a second dataset: other inputs, another currency, and no other code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar, running_sidecar
from tests.houses.api import PriceApi
from tests.houses.form import PriceForm
from tests.houses.tracker import MlflowApi
from tests.houses.trained_run import Trained

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("trained")]
HOUSES = 3


@pytest.fixture(scope="module")
def other_address(compose_stack: ComposeStack, sidecar_of_trained: Sidecar) -> Iterator[str]:
    """Where a form answers that asks the API of the other dataset."""
    with running_sidecar(
        compose_stack,
        "streamlit",
        name=f"form-of-{sidecar_of_trained.name.rpartition('-')[2]}",
        port=8501,
        variables={"API_URL": f"http://{sidecar_of_trained.name}:8000"},
    ) as sidecar:
        yield sidecar.address


@pytest.fixture
def other_form(other_address: str, page: Page) -> PriceForm:
    return PriceForm(page, other_address).open()


@pytest.mark.check("browser.other-dataset")
def test_its_houses_have_the_price_of_its_api(
    other_form: PriceForm, api_of_trained: PriceApi, trained: Trained
) -> None:
    assert other_form.page.get_by_role(
        "heading", name=trained.bundle.contract["title"]
    ).is_visible()
    for row in trained.bundle.golden[:HOUSES]:
        shown = other_form.fill(row.inputs).estimate()

        assert shown.figures == api_of_trained.predict(row.inputs).figures
        assert shown.price_text.startswith("€")
        assert list(shown.inputs) == [one["name"] for one in trained.bundle.contract["inputs"]]


@pytest.mark.check("browser.mlflow-page")
def test_the_link_opens_the_page_of_the_models_run_in_mlflow(
    other_form: PriceForm, trained: Trained, compose_stack: ComposeStack
) -> None:
    with MlflowApi(compose_stack.url("mlflow")) as tracker:
        name = tracker.run(trained.run_id)["info"]["run_name"]
    link = other_form.estimate().run_link
    assert link is not None

    other_form.page.goto(link)

    expect(other_form.page.get_by_role("heading", name=name)).to_be_visible()
