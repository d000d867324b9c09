"""The axes of the plots: prices near each other or far apart, small or large, can be read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes

from training import plots

RANGES = [
    (13e3, 755e3), (30e3, 2e6), (10e3, 10e6), (100e3, 105e3), (100e3, 390e3), (9e3, 11e3),
    (200, 900), (0.5e9, 9e9), (1e6, 1e10),
]  # fmt: skip


@pytest.fixture
def axes() -> Iterator[Axes]:
    """Of the size of the smallest picture with prices along it."""
    yield plots._axes(6, 6)
    plt.close()


@pytest.mark.parametrize(("low", "high"), RANGES)
def test_prices_along_an_axis_can_be_read(axes: Axes, low: float, high: float) -> None:
    axes.scatter([low, high], [low, high])
    plots.price_axis(axes, "x", "Price")
    plots.price_axis(axes, "y", "Price")
    axes.figure.canvas.draw()

    [left, right] = axes.get_xlim()
    shown = [
        label for label in axes.get_xticklabels()
        if label.get_text() and left <= label.get_position()[0] <= right
    ]  # fmt: skip
    texts = [label.get_text() for label in shown]
    assert len(texts) >= 2, texts
    assert len(texts) == len(set(texts))
    assert all("e" not in text and len(text) <= len("10,000M") for text in texts), texts
    boxes = [label.get_window_extent() for label in shown]
    assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes)), texts
