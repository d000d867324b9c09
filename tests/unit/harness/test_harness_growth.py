"""Growth of what a process holds, told from what it holds for a while on purpose."""

from __future__ import annotations

import math
import random

import pytest

from tests.houses.resources import growth_beyond

DONE = range(40, 280, 10)
SESSION = 80_000  # bytes


def taken_with(leak: float, held: list[int]) -> list[dict[str, int]]:
    """Samples with some noise, of a process that leaks ``leak`` bytes and a tenth as many threads
    in 100,000 visits."""
    noise = random.Random(3)
    return [
        {
            "heap": round(6e7 + SESSION * kept + leak * done + noise.gauss(0, 20_000)),
            "threads": 9 + math.floor(done * leak / 1e6),
            "descriptors": 14 + 3 * kept,
        }
        for kept, done in zip(held, DONE, strict=True)
    ]


@pytest.mark.parametrize(
    "held",
    [
        [min(done, 128) for done in DONE],
        [min(done, 128) if done < 200 else 330 - done for done in DONE],
    ],
    ids=["quick", "slow"],
)
def test_what_is_held_for_a_while_is_no_growth(held: list[int]) -> None:
    grown = growth_beyond(taken_with(0, held), DONE, held)

    assert grown["heap"].low < 0 < grown["heap"].high
    assert abs(grown["descriptors"].slope) < 1e-6


def test_what_is_leaked_beside_it_is_seen() -> None:
    held = [min(done, 128) for done in DONE]

    grown = growth_beyond(taken_with(20_000, held), DONE, held)

    assert grown["heap"].low > 15_000
    assert grown["heap"].slope == pytest.approx(20_000, rel=0.1)
    assert grown["threads"].low > 0.01


def test_what_is_leaked_is_seen_where_as_many_are_held_at_each_sample() -> None:
    """A machine so busy that the sessions of minutes are few."""
    held = [12 for _ in DONE]

    leaking, sound = (growth_beyond(taken_with(leak, held), DONE, held) for leak in (20_000, 0))

    assert leaking["heap"].slope == pytest.approx(20_000, rel=0.1)
    assert leaking["heap"].low > 15_000
    assert sound["heap"].low < 0 < sound["heap"].high
