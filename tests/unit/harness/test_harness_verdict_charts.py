"""The charts of a verdict: what was measured, as it was measured, in pictures and in words."""

from __future__ import annotations

import pytest

from harness.verdict.charts import bullet, histogram, percentile, short, timeline
from tests.unit.harness.verdicts import parsed, stack


def test_the_timeline_says_in_words_what_it_shows() -> None:
    picture = parsed(timeline(stack()))

    assert picture.get("aria-label") == (
        "Boot of stack-1: preflight from 0.0 s, 1.0 s; images from 1.0 s, 2.0 s; "
        "web from 3.0 s, 4.5 s; api<b> from 8.0 s, not healthy"
    )
    bars = {bar.get("class"): bar for bar in picture.iter("rect")}
    kept, broken = (float(bars[kind].get("width", 0)) for kind in ("kept", "broken"))
    # The start took 6 s from second 3 on: for 1 s of that, api was waited for.
    assert kept == pytest.approx(4.5 * broken, rel=0.01)


def test_the_timeline_of_a_stack_without_containers_can_be_drawn() -> None:
    parsed(timeline(stack(services=[], preflight=0.0, build=0.0, up_at=None)))


@pytest.mark.parametrize("values", [[5.0], [5.0] * 10, [float(number) for number in range(1, 101)]])
def test_the_histogram_counts_every_value(values: list[float]) -> None:
    picture = parsed(histogram(values, "ms", "time"))

    tall = [float(bar.get("height", 0)) for bar in picture.iter("rect")]
    assert max(tall) > 0
    assert f"time: {len(values)} values from {short(values[0])}" in picture.get("aria-label", "")


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(1, 101)]

    assert [percentile(values, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 50) == 7


@pytest.mark.parametrize(
    ("at_most", "at_least", "kind"),
    [
        (4.9, None, "broken"),
        (5.0, None, "kept"),
        (0.0, None, "broken"),
        (None, 5.1, "broken"),
        (None, 0.0, "kept"),
        (None, None, "bin"),
    ],
)
def test_a_bar_shows_whether_the_bound_holds(
    at_most: float | None, at_least: float | None, kind: str
) -> None:
    picture = parsed(bullet(5.0, at_most, at_least, "said"))

    assert [bar.get("class") for bar in picture.iter("rect")] == ["track", kind]
