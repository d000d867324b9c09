"""A picture of each input as it was read: its values, how often each is, and their prices."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from app.contract import Contract, Input, Kind
from training.plots import INK, brief, price_axis, save

COLUMNS, ROWS = 4, 6  # of panels on a page
MOST_CHOICES = 20
JITTER = 0.25  # of the room between two choices, so that equal sales stand beside each other


def draw_inputs(folder: Path, contract: Contract, inputs: pd.DataFrame, price: np.ndarray) -> None:
    """Draws a panel for each input, 24 on a page, into ``folder``.

    Args:
        inputs: shape (n, inputs), wire values.
        price: shape (n,), in the currency.
    """
    page = COLUMNS * ROWS
    for first in range(0, len(contract.inputs), page):
        fields = contract.inputs[first : first + page]
        high = -(-len(fields) // COLUMNS)
        wide = min(COLUMNS, len(fields))
        _, panels = plt.subplots(
            high, wide, figsize=(3.4 * wide, 2.8 * high), layout="constrained", squeeze=False
        )
        for axes, field in zip(panels.flat, fields, strict=False):
            _panel(axes, field, inputs[field.name], price)
        for axes in panels.flat[len(fields) :]:
            axes.set_visible(False)
        for axes in panels[:, 0]:
            axes.set_ylabel(f"Price ({contract.target.currency})")
        save(folder, "inputs" if first == 0 else f"inputs_{first // page + 1}")


def _panel(axes: Axes, field: Input, values: pd.Series, price: np.ndarray) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    title = f"{brief(field.label)} ({field.unit})" if field.unit else brief(field.label)
    if field.kind.numeric:
        places = values.to_numpy(dtype=float)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=field.kind is Kind.INTEGER))
    else:
        counts = values.value_counts()
        shown = list(counts.index[:MOST_CHOICES])
        if field.choices is not None:
            shown = [choice for choice in field.choices if choice in shown]
        names = {True: "yes", False: "no"}
        labels = [brief(names.get(value, str(value)), 15) for value in shown]
        axes.set_xticks(range(len(shown)), labels, rotation=60, ha="right", fontsize=7)
        if len(counts) > len(shown):
            title += f", {len(shown)} of {len(counts)}"
        around = np.random.default_rng(0).uniform(-JITTER, JITTER, len(values))
        places = values.map({value: at for at, value in enumerate(shown)}).to_numpy(dtype=float)
        places = places + around
    axes.scatter(places, price, s=4, color=INK, alpha=0.3, linewidths=0)
    price_axis(axes, "y", "")
    axes.set_title(title, fontsize=9)
