"""What a person sees when the API is slow: an outcome in time, and no earlier price meanwhile.

The form is the real one in its container; between it and the real API is a stub that waits.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.verdict.checks import Figures
from tests.e2e.asked import MODEL, PREDICT, SCHEMA
from tests.e2e.page import MESSAGE_DUE_S, assert_plain_message, assert_plain_message_in_time, due_s
from tests.houses.form import PriceForm
from tests.houses.form_visit import Run, crowd
from tests.houses.stub_api import Lie, StubApi

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("stub")]
THINKING_S = 2.0
PEOPLE, CROWDS = 20, 5
IN_LINE_S = 2.5
"""Half of the time after which the form gives up, which is what the second in a line waits."""


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
    """Of a crowd that clicks at once, all are asked for before an answer that never comes is given
    up: as soon as where the API answers at once.

    What else runs on the machine only adds to it, so the best of a few crowds is judged.
    """
    for _ in range(CROWDS):
        usual_s, runs = asked_within(stub, address_of_form_of_stub, {})
        assert all(run.has_price for run in runs), "of a crowd, somebody gets no price"
        lie = {PREDICT: Lie(seconds=2 * MESSAGE_DUE_S)}
        slow_s, runs = asked_within(stub, address_of_form_of_stub, lie)
        assert not any(run.has_price for run in runs)
        if slow_s < usual_s + IN_LINE_S:
            break

    figure("seconds until all of a crowd are asked for", usual_s, "s")
    figure("seconds until all are asked for, of an API that hangs", slow_s, "s")
    assert slow_s < usual_s + IN_LINE_S, (
        f"people wait for each other: the last of {PEOPLE} is asked for {slow_s:.1f} s after the "
        f"first, and {usual_s:.1f} s after where the API answers at once"
    )


def asked_within(stub: StubApi, address: str, lies: Mapping[str, Lie]) -> tuple[float, list[Run]]:
    """A crowd clicks: seconds from the first question to the last, and what each person saw."""
    stub.says(lies)
    runs = crowd(address, PEOPLE)
    assert all(run.ended == "FINISHED_SUCCESSFULLY" and not run.errors for run in runs), runs
    assert len(stub.posted()) == PEOPLE, f"{len(stub.posted())} of {PEOPLE} were asked for"
    return stub.seconds_between(), runs


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
