"""However many people open the form, press its button and go away, it holds no more for them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from harness.stack.running import ComposeStack
from harness.stack.sidecars import Sidecar
from harness.verdict.checks import Figures
from tests.houses.containers import WORKER
from tests.houses.form_visit import visits
from tests.houses.resources import growth_beyond, measured, used_by

pytestmark = [pytest.mark.containers, pytest.mark.xdist_group("resources")]

FORM_PORT = 8501
HELD, HELD_S = 128, 120.0
"""Streamlit keeps so many sessions that ended, for so long: the person may come back."""
VISITS_A_SAMPLE, AT_ONCE, WARM_UP, SAMPLES = 10, 2, 3, 17
"""More visits than sessions are held, or what is held and what is leaked look the same."""

# The lower end of the slope's interval must not be above these: it surely grows then.
HEAP_A_VISIT = 5_000  # bytes; a session that is never let go takes 80,000
THINGS_A_VISIT = 0.02  # threads, descriptors: one in 50 visits that is never given back


@pytest.fixture
def measured_form(
    compose_stack: ComposeStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sidecar]:
    """A form whose heap can be read, and that nobody else opens."""
    folder = tmp_path_factory.mktemp("heap-probe")
    name = f"measured-form-{WORKER}"
    with measured(compose_stack, "streamlit", folder, name=name, port=FORM_PORT) as sidecar:
        yield sidecar


@pytest.mark.check("state.form-memory")
def test_the_form_keeps_less_than_5000_bytes_and_no_thread_or_descriptor_of_a_visit(
    measured_form: Sidecar, figure: Figures
) -> None:
    """Beyond the sessions that Streamlit holds for those who come back."""
    ended: list[float] = []
    taken, done, held = [], [], []
    for lot in range(WARM_UP + SAMPLES):
        for _ in range(VISITS_A_SAMPLE // AT_ONCE):
            for opened, clicked in visits(measured_form.address, AT_ONCE, AT_ONCE):
                assert opened.errors == clicked.errors == []
                assert clicked.has_price, "a visit got no price"
            ended += [time.monotonic()] * AT_ONCE
        if lot >= WARM_UP:
            taken.append(used_by(measured_form.name))
            done.append(len(ended))
            # Those held too long are let go when the next one ends.
            held.append(min(HELD, sum(ended[-1] - moment < HELD_S for moment in ended)))

    grown = growth_beyond(taken, done, held)
    # Before memory: what is never closed holds memory too, and is the cause.
    for things in ("descriptors", "threads"):
        found = grown[things]
        figure(f"growth of {things}", found.slope, "a visit")
        assert found.low <= THINGS_A_VISIT, f"{things} grow by this many a visit: {found}"
    heap = grown["heap"]
    figure("growth of the heap", heap.slope, "bytes a visit")
    figure("lower end of its interval", heap.low, "bytes a visit")
    assert heap.low <= HEAP_A_VISIT, f"memory grows by this many bytes a visit: {heap}"
