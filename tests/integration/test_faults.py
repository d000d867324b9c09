"""What happens when a part of the stack fails: what still works meanwhile, and how it heals."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from harness.stack.running import ComposeStack
from harness.stack.wait import wait_until
from harness.verdict.checks import Figures
from tests.integration.outages import (
    FAULTS,
    HUNG,
    NOTICE_TIMEOUT_S,
    Fault,
    System,
    is_closed,
    terminate,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

# One page outlives all faults.
pytestmark = [pytest.mark.destructive, pytest.mark.same_page]


def with_faults(names: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", [pytest.param(FAULTS[name], id=name) for name in names])


@pytest.fixture
def system(breakable_stack: ComposeStack, page: Page) -> System:
    return System(breakable_stack, page)


@pytest.mark.check("faults.mlflow")
@with_faults(name for name in FAULTS if name != "stopped")  # that is faults.no-tracker
def test_without_mlflow_the_api_predicts_and_the_form_shows_prices(
    system: System, fault: Fault, figure: Figures
) -> None:
    with system.broken("mlflow", fault):
        assert system.is_silent("mlflow") or not fault.lasts
        system.assert_predicts()
        system.assert_shows_the_price()

    figure("until all works again", system.until_it_works(), "s")


@pytest.mark.check("faults.api")
@with_faults(FAULTS)
def test_without_the_api_the_form_says_so_and_shows_no_price(
    system: System, fault: Fault, figure: Figures
) -> None:
    with system.broken("fastapi", fault):
        priced = system.assert_shows_no_other_price()
        assert not (priced and fault.lasts), "the form shows a price while the API is away"
        assert priced or fault.headline in system.form.problem()
        system.assert_tracks()

    figure("until all works again", system.until_it_works(), "s")


@pytest.mark.check("faults.form")
@with_faults(FAULTS)
def test_without_the_form_the_api_predicts_and_an_open_page_works_later(
    system: System, fault: Fault, figure: Figures
) -> None:
    with system.broken("streamlit", fault):
        assert system.is_silent("streamlit") or not fault.lasts
        system.assert_predicts()
        system.assert_tracks()

    figure("until all works again", system.until_it_works(), "s")


@pytest.mark.check("faults.no-tracker")
def test_without_mlflow_services_start_in_any_order_predict_and_find_it_later(
    system: System, figure: Figures
) -> None:
    """Stopped while all ran, away when the others start, and started last of all."""
    system.stack.stop("mlflow")
    noticed = system.until_tracker_is("unreachable")
    system.assert_predicts()
    system.assert_shows_the_price()

    for service in ("fastapi", "streamlit"):
        system.stack.stop(service)
    for service in ("streamlit", "fastapi"):
        system.stack.start(service)

    assert system.tracker_status() == "unreachable"
    system.assert_predicts()
    system.assert_shows_the_price()
    system.stack.start("mlflow")
    seen = system.until_tracker_is("reachable")
    system.assert_works()
    figure("until the API knows that MLflow is away", noticed, "s")
    figure("until the API knows that MLflow is back", seen, "s")


@pytest.mark.check("faults.health")
def test_services_that_hang_are_called_unhealthy_and_well_again_when_they_answer(
    system: System, figure: Figures
) -> None:
    """All three at once, because the engine takes its time. None is started again for it."""
    stack, names = system.stack, system.stack.services
    stack.wait_until_well()
    started = {name: stack.inspect(name)["State"]["StartedAt"] for name in names}

    def health() -> dict[str, str]:
        return {name: stack.inspect(name)["State"]["Health"]["Status"] for name in names}

    def problem() -> str | None:
        found = health()
        return None if set(found.values()) == {"unhealthy"} else f"they are {found}"

    with ExitStack() as broken:
        for name in names:
            broken.enter_context(system.broken(name, HUNG))
        took = wait_until(
            problem,
            what="every service that hangs is unhealthy",
            seconds=NOTICE_TIMEOUT_S,
            hint="the healthcheck of one that stays healthy asks nothing of its program",
            pause=0.5,
        )

    figure("until all works again", system.until_it_works(), "s")
    healed = stack.wait_until_well()
    assert {name: stack.inspect(name)["State"]["StartedAt"] for name in names} == started
    figure("until all are called unhealthy", took, "s")
    figure("until all are called healthy again", healed, "s")


@pytest.mark.check("faults.stopping")
def test_an_api_that_is_stopping_takes_nothing_new_finishes_what_it_began_and_is_started_again(
    system: System, figure: Figures
) -> None:
    stack, body = system.stack, json.dumps(system.house).encode()
    with closing(
        HTTPConnection(urlsplit(stack.url("fastapi")).netloc, timeout=NOTICE_TIMEOUT_S)
    ) as under_way:
        under_way.putrequest("POST", "/predict")
        under_way.putheader("Content-Type", "application/json")
        under_way.putheader("Content-Length", str(len(body)))
        under_way.endheaders(body[:10])

        terminate(stack, "fastapi")
        wait_until(
            lambda: None if is_closed(stack.url("fastapi") + "/health/ready") else "it answers",
            what="the API takes no new request",
            seconds=NOTICE_TIMEOUT_S,
            hint="it must close its port first, and end last",
            pause=0.02,
        )

        under_way.send(body[10:])
        price = json.load(under_way.getresponse())
    assert (price["price"], price["lower"], price["upper"]) == system.figures
    away = stack.wait_until_restarted("fastapi")
    system.assert_works()
    figure("until it is started again", away, "s")
