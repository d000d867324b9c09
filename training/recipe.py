"""The recipe of one run: fit what is served, and evaluate it on sales that it has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from training import evaluate
from training.console import note, step, table
from training.dataset import Dataset
from training.export import to_onnx
from training.intervals import PriceModel, fit
from training.pipeline import Candidate
from training.provenance import now
from training.scores import Predictions, all_scores, by_segment, point_scores
from training.settings import Settings


def _amount(value: float) -> str:
    """An error in money, to three digits at least: prices may be of 2.5 or of 4e9."""
    decimals = 2 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{value:,.{max(0, decimals)}f}"


HEADINGS: dict[str, tuple[str, Callable[[float], str]]] = {
    "RMSLE": ("rmsle", "{:.4f}".format),
    "MAE": ("mae", _amount),
    "MAPE": ("mape", "{:.2%}".format),
    "R2": ("r2", "{:.3f}".format),
    "inside interval": ("coverage", "{:.1%}".format),
    "interval width": ("width", "{:.1%}".format),
}


SERVED = {
    Candidate.LINEAR: "serves the linear model: trees do not better it by more than chance",
    Candidate.BLEND: "serves the linear model blended with trees, which err less",
}
MISSED = (
    "the intervals held {:.1%} of the latest prices, not {:.0%}: prices move on, and each answer "
    "says so"
)


@dataclass(frozen=True)
class Trained:
    """Everything that one training found out.

    Attributes:
        unseen: one row for each price that a model gave to a sale that it had not seen.
        refused: why the model must not be served, None if it may be.
        forward_coverage: share of the latest prices inside their interval, where that is too low.
    """

    started: datetime
    model: PriceModel
    exported: bytes
    metrics: dict[str, float]
    folds: dict[str, list[float]]
    held_out: np.ndarray
    predictions: Predictions
    segments: pd.DataFrame | None
    importance: pd.DataFrame
    unseen: pd.DataFrame
    refused: str | None
    forward_coverage: float | None


def train(dataset: Dataset, settings: Settings) -> Trained:
    """Evaluates the recipe on ``dataset`` and fits the model that is served unless refused."""
    started = now()
    inputs, price = dataset.inputs, dataset.price
    learnt, held_out = evaluate.split(dataset, settings)
    with step(f"Fit the served model on {len(learnt)} sales, {len(held_out)} held out"):
        model = fit(dataset.contract, inputs.iloc[learnt], price[learnt], settings)
        note(SERVED[model.candidate])
        unseen = inputs.iloc[held_out]
        predictions = model.predict(unseen, price[held_out])
        importance = evaluate.importance(model, unseen, price[held_out])
    with step(f"Cross-validate: {settings.folds} folds over all sales"):
        crossed = evaluate.cross_validate(dataset, settings, model.candidate)
        metrics = _prefixed("cv", crossed.metrics)
        for name, simple in crossed.baselines.items():
            metrics |= _prefixed(f"baseline_{name}", point_scores(price, simple))
        tables = [_unseen("cv", dataset.rows, crossed.predictions, crossed.fold)]
        segment = evaluate.segment(dataset)
        segments = None if segment is None else by_segment(crossed.predictions, segment)
    with step("Validate forward in time"):
        later, missed = evaluate.forward(dataset, settings), None
        if later is None:
            note("left out: the dataset has no [time]")
        else:
            missed = later.missed_coverage(len(price) - len(later.later), settings.coverage)
            if missed is not None:
                note(MISSED.format(missed, settings.coverage))
            metrics |= _prefixed("forward", later.metrics)
            tables.append(_unseen("forward", dataset.rows[later.later], later.predictions))
    tables.append(_unseen("holdout", dataset.rows[held_out], predictions))
    metrics |= _prefixed("holdout", all_scores(predictions))
    return Trained(
        started=started,
        model=model,
        exported=to_onnx(model),
        metrics=metrics,
        folds=crossed.folds,
        held_out=held_out,
        predictions=crossed.predictions,
        segments=segments,
        importance=importance,
        unseen=pd.concat(tables),
        refused=evaluate.why_refused(crossed, predictions, len(learnt), settings),
        forward_coverage=missed,
    )


def _unseen(
    split: str, rows: np.ndarray, predictions: Predictions, fold: np.ndarray | None = None
) -> pd.DataFrame:
    """One row a prediction, from which anyone can compute again what is logged."""
    numbers = pd.array([pd.NA] * len(rows) if fold is None else fold, dtype="Int64")
    return pd.DataFrame({"split": split, "row": rows, "fold": numbers, **vars(predictions)})


def _prefixed(prefix: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": value for name, value in figures.items()}


def show(trained: Trained) -> None:
    """Prints the closing table."""
    kinds = {
        "all sales, cross-validated": "cv",
        "  median price": "baseline_median",
        "  plain linear model": "baseline_linear",
        "latest sales, from earlier ones": "forward",
        "held-out sales, served model": "holdout",
    }
    rows = {
        title: {
            heading: written(trained.metrics[f"{prefix}_{figure}"])
            if f"{prefix}_{figure}" in trained.metrics
            else ""
            for heading, (figure, written) in HEADINGS.items()
        }
        for title, prefix in kinds.items()
        if f"{prefix}_rmsle" in trained.metrics
    }
    table("Errors on sales that the model had not seen", rows)
