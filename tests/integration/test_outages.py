"""What happens when a part of the stack goes away: each on a stack of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.api import PriceApi, Value
from harness.stack import ComposeStack
from harness.tracker import Tracker
from harness.wait import wait_until

pytestmark = pytest.mark.destructive


@pytest.fixture
def breakable_api(breakable_stack: ComposeStack) -> Iterator[PriceApi]:
    with PriceApi(breakable_stack.api) as client:
        yield client


def tracker_of(api: PriceApi) -> str:
    status: str = api.get("/health").json()["tracker"]["status"]
    return status


def until_tracker_is(status: str, api: PriceApi) -> None:
    def problem() -> str | None:
        found = tracker_of(api)
        return None if found == status else f"it says {found}"

    wait_until(
        problem,
        what=f"the API says that MLflow is {status}",
        seconds=30,
        hint="GET /health shows what its last question to MLflow gave",
    )


def test_the_api_stays_ready_and_predicts_while_mlflow_is_stopped(
    breakable_stack: ComposeStack, breakable_api: PriceApi, house: dict[str, Value]
) -> None:
    before = breakable_api.predict(house)

    breakable_stack.stop("mlflow")
    until_tracker_is("unreachable", breakable_api)

    assert breakable_api.is_ready()
    assert breakable_api.predict(house).figures == before.figures


def test_the_api_sees_mlflow_again_when_it_is_back(
    breakable_stack: ComposeStack, breakable_api: PriceApi
) -> None:
    breakable_stack.stop("mlflow")
    until_tracker_is("unreachable", breakable_api)

    breakable_stack.start("mlflow")

    until_tracker_is("reachable", breakable_api)


def test_the_api_starts_without_mlflow(
    breakable_stack: ComposeStack, breakable_api: PriceApi, house: dict[str, Value]
) -> None:
    before = breakable_api.predict(house)
    breakable_stack.stop("mlflow")

    breakable_stack.restart("fastapi")

    assert breakable_api.is_ready()
    assert tracker_of(breakable_api) == "unreachable"
    assert breakable_api.predict(house).figures == before.figures


def test_runs_survive_a_restart_of_mlflow(breakable_stack: ComposeStack) -> None:
    with Tracker(breakable_stack.mlflow) as tracker:
        run_id = tracker.create_run("survivor")

        breakable_stack.restart("mlflow")

        assert tracker.run(run_id)["info"]["run_name"] == "survivor"
