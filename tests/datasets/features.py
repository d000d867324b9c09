"""The features that shapes are made of: cells, and how the price follows them.

Prices have effects that no sum of columns has (steps, waves, products), so that a model of trees is
better than a linear one, as training demands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.datasets.writing import Array, Feature

SALES = 400
NOISE = 0.12  # of the logarithm of a price
Random = np.random.Generator


def noise(random: Random, sales: int = SALES) -> Array:
    return random.normal(0, NOISE, sales)


def number(
    random: Random, low: float, high: float, digits: int, *, effect: float = 0.8, **table: Any
) -> Feature:
    """A number, which the price follows in a wave and a step."""
    cells = np.round(random.uniform(low, high, SALES), digits)
    cells[:2] = low, high
    share = (cells - low) / (high - low)
    wave = effect * (0.4 * np.sin(7 * share) + (share > 0.6))
    return Feature(cells if digits else cells.astype("int64"), wave, table)


def choice(
    random: Random, names: Sequence[str], *, rare: int = 0, effect: float = 0.5, **table: Any
) -> Feature:
    """A choice; ``rare`` is how many sales have another one than the first, 0 for any number."""
    codes = [f"c{number}" for number in range(len(names))]
    drawn = random.integers(0, len(names), SALES)
    drawn[: len(names)] = range(len(names))
    if rare:
        drawn = np.zeros(SALES, dtype="int64")
        drawn[random.choice(SALES, rare, replace=False)] = 1
    listed = dict(zip(codes, names, strict=True))
    moved = effect * np.linspace(0, 1, len(names))[drawn]
    return Feature(np.array(codes)[drawn], moved, {"choices": listed, **table})


def yes_no(random: Random, *, rare: int = 0, effect: float = 0.3, **table: Any) -> Feature:
    drawn = random.random(SALES) < 0.4
    if rare:
        drawn = np.zeros(SALES, dtype="bool")
        drawn[random.choice(SALES, rare, replace=False)] = True
    return Feature(np.where(drawn, "yes", "no"), effect * drawn, table)


def together(one: Feature, other: Feature) -> Feature:
    """``one``, with a price that also depends on both of them at once."""
    return Feature(one.cells, one.effect + 2 * one.effect * other.effect, one.table)
