"""What a person sees when the API is slow: an outcome in time, and no earlier price meanwhile.

The form is the real one in its container; between it and the real API is a stub that waits.
"""

from __future__ import annotations

from statistics import median

import pytest

from harness.verdict.checks import Figures
from tests.e2e.asked import MODEL, PREDICT, SCHEMA
from tests.e2e.page import MESSAGE_DUE_S, assert_plain_message, assert_plain_message_in_time, due_s
from tests.houses.form import PriceForm
from tests.houses.form_visit import crowd
from tests.houses.stub_api import Lie, StubApi

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("stub")]
THINKING_S = 2.0
PEOPLE, CROWDS = 20, 5


@pytest.mark.same_page
@pytest.mark.check("browser.slow")
def test_an_api_that_takes_too_long_gives_a_message_in_time(
    form_of_stub: PriceForm, stub: StubApi, figure: Figures
) -> None:
    form_of_stub.estimate()
    stub.says({PREDICT: Lie(seconds=2 * MESSAGE_DUE_S)})

    took = assert_plain_message_in_time(form_of_stub, "took too long")

    figure("seconds until the message", took, "s", at_most=due_s(form_of_stub))


@pytest.mark.same_page
@pytest.mark.check("browser.slow-all")
@pytest.mark.parametrize(
    "slow",
    [(PREDICT,), (SCHEMA, MODEL), (PREDICT, SCHEMA, MODEL)],
    ids=["price", "what follows it", "all"],
)
def test_a_click_has_its_outcome_in_time_however_many_of_its_questions_are_slow(
    form_of_stub: PriceForm, stub: StubApi, figure: Figures, slow: tuple[str, ...]
) -> None:
    """Each of them by less than a person would wait for one."""
    form_of_stub.estimate()
    stub.says({question: Lie(seconds=MESSAGE_DUE_S / 2) for question in slow})

    took = form_of_stub.press()

    if not form_of_stub.shows_a_price():
        assert_plain_message(form_of_stub)
    figure("seconds until the outcome", took, "s")
    assert took < due_s(form_of_stub), f"the time of several slow answers adds up: {took:.1f} s"


@pytest.mark.check("browser.slow-crowd")
def test_nobody_waits_for_what_others_are_waiting_for(
    stub: StubApi, address_of_form_of_stub: str, figure: Figures
) -> None:
    """Of a crowd that clicks at once, against the same crowd where the API answers at once.

    What else runs on the machine only adds to a wait, so the best of a few crowds is judged.
    """
    for _ in range(CROWDS):
        stub.says({})
        usual = crowd(address_of_form_of_stub, PEOPLE)
        stub.says({PREDICT: Lie(seconds=2 * MESSAGE_DUE_S)})
        slow = crowd(address_of_form_of_stub, PEOPLE)
        assert all(run.has_price for run in usual)
        assert not any(run.has_price or run.errors for run in slow)
        usual_s, slow_s = (median(run.seconds for run in runs) for runs in (usual, slow))
        if slow_s < usual_s + MESSAGE_DUE_S:
            break

    figure("seconds until the outcome, without the wait", usual_s, "s")
    figure("seconds until the outcome, median of the crowd", slow_s, "s")
    assert slow_s < usual_s + MESSAGE_DUE_S, (
        f"people wait for each other: half of {PEOPLE} waited {slow_s:.1f} s for a message, and "
        f"{usual_s:.1f} s for a price that comes at once"
    )


@pytest.mark.same_page
@pytest.mark.check("browser.slow-price")
def test_no_earlier_price_is_shown_while_the_api_thinks(
    form_of_stub: PriceForm, stub: StubApi
) -> None:
    before = form_of_stub.estimate()
    stub.says({PREDICT: Lie(seconds=THINKING_S)})

    assert form_of_stub.estimate().figures == before.figures

    seen = form_of_stub.seen()
    assert "Asking the model" in seen.meanwhile, "the form does not say that it asks"
    # Seconds before the answer, on any machine; a form that keeps the price draws both at once.
    assert seen.cleared <= seen.seconds - THINKING_S / 2, (
        f"the form shows an earlier price while the API thinks: it was gone {seen.cleared:.1f} s "
        f"after the click, and its answer came {seen.seconds:.1f} s after it"
    )
