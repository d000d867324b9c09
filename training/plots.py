"""The pictures of a run that a person wants to see, as PNG files."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import Locator, LogLocator, MaxNLocator

from training.scores import Predictions

matplotlib.rcParams["text.parse_math"] = False  # a label with a $ in it is no formula

INK, FAINT = "#1f4e79", "#9db8d2"
MOST_SEGMENTS = 30
LONGEST_LABEL = 40  # characters: a longer one leaves no room for the picture
CLOSE, FAR = 4, 200  # highest price / lowest price: fewer round numbers fit between far ones
UNITS = ((1e6, "M"), (1e3, "k"))
RATIOS = (0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 6)


def draw(
    folder: Path,
    predictions: Predictions,
    importance: pd.DataFrame,
    segment: pd.Series | None,
    coverage: float,
    currency: str,
) -> None:
    """Draws all pictures into ``folder``.

    Args:
        predictions: of sales that the predicting model had not seen.
        importance: one row an input (its label), columns "mean" and "std": the rise of RMSLE when
            that input's values are shuffled.
        segment: shape (n,), such as the neighbourhood of each sale.
        coverage: nominal, as a share.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _predicted_against_actual(folder, predictions, currency)
    _residuals_by_price(folder, predictions, currency)
    _coverage_by_decile(folder, predictions, coverage, currency)
    _importance(folder, importance)
    if segment is not None:
        _residuals_by_segment(folder, predictions, segment)


def _axes(width: float = 7, height: float = 5) -> Axes:
    axes: Axes = plt.subplots(figsize=(width, height), layout="constrained")[1]
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e8edf2", zorder=0)
    return axes


def save(folder: Path, name: str) -> None:
    # Without the date and version that PNG files carry, equal runs give equal files.
    with warnings.catch_warnings():
        # A label may hold what the font does not, such as an emoji: a box stands for it.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        plt.savefig(folder / f"{name}.png", dpi=120, metadata={"Software": None})
    plt.close()


def price_axis(axes: Axes, which: str, label: str) -> None:
    """A logarithmic axis, of what is drawn already, with prices as a person writes them."""
    axes.set(**{f"{which}scale": "log", f"{which}label": label})
    axis = axes.xaxis if which == "x" else axes.yaxis
    low, high = axes.get_xlim() if which == "x" else axes.get_ylim()
    axis.set_major_locator(_ticks(high / low))
    axis.set_major_formatter(lambda price, _: _short(price, high))
    axis.set_minor_locator(LogLocator(subs=range(1, 10)))
    axis.set_minor_formatter("")


def _ticks(ratio: float) -> Locator:
    """Some five ticks at round prices, for a highest price of ``ratio`` times the lowest."""
    if ratio < CLOSE:
        return MaxNLocator(5)
    return LogLocator(subs=(1, 2, 5) if ratio < FAR else (1,))


def _short(price: float, highest: float) -> str:
    """``price`` in the unit that suits the ``highest`` of the same picture."""
    unit, sign = next((scale for scale in UNITS if highest >= 10 * scale[0]), (1, ""))
    return f"{price / unit:,.6g}{sign}"


def brief(label: str, longest: int = LONGEST_LABEL) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1]}…"


def _ratio_axis(axes: Axes, which: str, ratio: np.ndarray) -> None:
    """A logarithmic axis, so that half and double the price lie equally far from right."""
    ticks = [tick for tick in RATIOS if ratio.min() / 1.2 < tick < ratio.max() * 1.2]
    axes.set(**{f"{which}scale": "log", f"{which}label": "Predicted / actual price"})
    getattr(axes, f"set_{which}ticks")(ticks, [f"{tick:g}" for tick in ticks])
    getattr(axes, f"set_{which}ticks")([], minor=True)
    line = axes.axvline if which == "x" else axes.axhline
    line(1, color="black", linewidth=1)


def _predicted_against_actual(folder: Path, predictions: Predictions, currency: str) -> None:
    axes = _axes(6, 6)
    axes.scatter(
        predictions.actual, predictions.price, s=8, color=INK, alpha=0.4, linewidths=0, zorder=2
    )
    ends = [
        min(predictions.actual.min(), predictions.price.min()),
        max(predictions.actual.max(), predictions.price.max()),
    ]
    axes.plot(ends, ends, color="black", linewidth=1, zorder=3)
    price_axis(axes, "x", f"Actual price ({currency})")
    price_axis(axes, "y", f"Predicted price ({currency})")
    axes.set(title="Predicted against actual")
    save(folder, "predicted_against_actual")


def _residuals_by_price(folder: Path, predictions: Predictions, currency: str) -> None:
    axes = _axes()
    ratio = predictions.price / predictions.actual
    axes.scatter(predictions.actual, ratio, s=8, color=INK, alpha=0.4, linewidths=0, zorder=2)
    _ratio_axis(axes, "y", ratio)
    price_axis(axes, "x", f"Actual price ({currency})")
    axes.set(title="Residuals by price")
    save(folder, "residuals_by_price")


def _residuals_by_segment(folder: Path, predictions: Predictions, segment: pd.Series) -> None:
    ratio = pd.Series(predictions.price / predictions.actual)
    groups = dict(list(ratio.groupby(segment.to_numpy())))
    largest = sorted(groups, key=lambda name: len(groups[name]), reverse=True)[:MOST_SEGMENTS]
    names = sorted(largest, key=lambda name: float(groups[name].median()))
    axes = _axes(8, 1.5 + 0.28 * len(names))
    axes.boxplot(
        [groups[name] for name in names],
        orientation="horizontal",
        tick_labels=[f"{brief(str(name))} ({len(groups[name])})" for name in names],
        flierprops={"markersize": 2},
        medianprops={"color": INK},
    )
    _ratio_axis(axes, "x", ratio.to_numpy())
    axes.set(title=f"Residuals by {segment.name}")
    save(folder, "residuals_by_segment")


def _coverage_by_decile(
    folder: Path, predictions: Predictions, coverage: float, currency: str
) -> None:
    decile = pd.qcut(predictions.actual, 10, labels=False, duplicates="drop")
    table = (
        pd.DataFrame({"inside": 100 * predictions.inside, "price": predictions.actual})
        .groupby(decile)
        .mean()
    )
    axes = _axes()
    axes.bar(range(1, len(table) + 1), table["inside"], color=FAINT, zorder=2)
    axes.axhline(
        100 * coverage, color=INK, linewidth=1.5, label=f"promised {coverage:.0%}", zorder=3
    )
    labels = [_short(float(f"{price:.3g}"), table["price"].max()) for price in table["price"]]
    axes.set_xticks(range(1, len(table) + 1), labels)
    axes.set(ylim=(0, 100), xlabel=f"Price decile (mean price, {currency})")
    axes.set(ylabel="Prices inside their interval (%)", title="Interval coverage by price decile")
    axes.legend(frameon=False, loc="lower right")
    save(folder, "coverage_by_price_decile")


def _importance(folder: Path, importance: pd.DataFrame) -> None:
    table = importance.sort_values("mean")
    axes = _axes(7, 1.5 + 0.3 * len(table))
    places = range(len(table))
    axes.set_yticks(places, [brief(str(label)) for label in table.index])
    axes.barh(places, table["mean"], xerr=table["std"], color=FAINT, ecolor=INK, zorder=2)
    axes.set(xlabel="Rise of RMSLE when shuffled", title="Importance by permutation")
    save(folder, "permutation_importance")
