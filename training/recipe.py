"""The recipe of one run: evaluate, fit what is served, and stage everything on the disk."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from training import evaluate, plots
from training.console import note, step, table
from training.dataset import Dataset
from training.export import to_onnx
from training.input_plots import draw_inputs
from training.intervals import PriceModel, fit
from training.provenance import git_commit, libraries, lock_sha256, milliseconds, now
from training.publish import write_durably
from training.run_record import RunRecord
from training.runtime import ExportedModel
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


@dataclass(frozen=True)
class Trained:
    """Everything that one training found out.

    Attributes:
        unseen: one row for each price that a model gave to a sale that it had not seen.
        refused: why the model must not be served, None if it may be.
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


def train(dataset: Dataset, settings: Settings) -> Trained:
    """Evaluates the recipe on ``dataset`` and fits the model that is served unless refused."""
    started = now()
    inputs, price = dataset.inputs, dataset.price
    with step(f"Cross-validate: {settings.folds} folds over all sales"):
        crossed = evaluate.cross_validate(dataset, settings)
        metrics = _prefixed("cv", crossed.metrics)
        tables = [_unseen("cv", dataset.rows, crossed.predictions, crossed.fold)]
        segment = evaluate.segment(dataset)
        segments = None if segment is None else by_segment(crossed.predictions, segment)
    with step("Validate forward in time"):
        later = evaluate.forward(dataset, settings)
        if later is None:
            note("left out: the dataset has no [time]")
        else:
            metrics |= _prefixed("forward", later.metrics)
            tables.append(_unseen("forward", dataset.rows[later.later], later.predictions))
    learnt, held_out = evaluate.split(dataset, settings)
    with step(f"Fit the served model on {len(learnt)} sales, {len(held_out)} held out"):
        model = fit(dataset.contract, inputs.iloc[learnt], price[learnt], settings)
        unseen = inputs.iloc[held_out]
        predictions = model.predict(unseen, price[held_out])
        tables.append(_unseen("holdout", dataset.rows[held_out], predictions))
        metrics |= _prefixed("holdout", all_scores(predictions))
        simple = evaluate.baselines(dataset, learnt, held_out)
        for name, prices in simple.items():
            metrics |= _prefixed(f"baseline_{name}", point_scores(price[held_out], prices))
        refused = evaluate.why_refused(predictions, simple, len(learnt), settings)
        importance = evaluate.importance(model, unseen, price[held_out])
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
        refused=refused,
    )


def stage(trained: Trained, dataset: Dataset, settings: Settings, place: Path) -> RunRecord:
    """Writes all that will be logged of a run into a folder of its own under ``place``.

    It counts as a run that waits for a tracker once :meth:`RunRecord.save` is called.
    """
    name = f"{dataset.contract.dataset}-{trained.started:%Y%m%dT%H%M%SZ}"
    folder = place / name
    bundle = folder / "bundle"
    bundle.mkdir(parents=True)
    joblib.dump(trained.model.preprocessor, bundle / "preprocessor.joblib")
    joblib.dump(trained.model.estimator, bundle / "model.joblib")
    write_durably(bundle / "model.onnx", trained.exported)
    write_durably(bundle / "contract.json", dataset.contract.to_json().encode())
    write_durably(bundle / "golden.json", _golden(trained, dataset, settings))
    unseen = trained.unseen.to_csv(index=False, lineterminator="\n")
    write_durably(bundle / "predictions.csv", unseen.encode())
    segment = evaluate.segment(dataset)
    currency = dataset.contract.target.currency
    plots.draw(
        folder / "plots", trained.predictions, trained.importance, segment,
        settings.coverage, currency,
    )  # fmt: skip
    draw_inputs(folder / "plots", dataset.contract, dataset.inputs, dataset.price)
    tables = folder / "tables"
    tables.mkdir()
    rows = [f"{len(dataset.price)} of {dataset.rows_read} rows used", *dataset.notes]
    (tables / "rows.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    pd.DataFrame(dataset.readings).to_csv(tables / "inputs.csv", index=False)
    trained.importance.to_csv(tables / "permutation_importance.csv")
    metrics = dict(trained.metrics)
    if trained.segments is not None and segment is not None:
        named = metric_names(map(str, segment.unique()))
        prefixes = [f"segment/{named[str(label)]}" for label in trained.segments.index]
        trained.segments.assign(metrics=prefixes).to_csv(tables / "by_segment.csv")
        metrics |= {
            f"{prefix}/{figure}": float(value)
            for prefix, (_, row) in zip(prefixes, trained.segments.iterrows(), strict=True)
            for figure, value in row.items()
        }
    provenance = {
        "dataset": dataset.contract.dataset,
        "data_sha256": dataset.sha256,
        "contract_sha256": dataset.contract.fingerprint(),
        "lock_sha256": lock_sha256(),
        "git_commit": git_commit(),
    }
    return RunRecord(
        folder=folder,
        name=name,
        started=milliseconds(trained.started),
        ended=milliseconds(now()),
        params={
            **{key: str(value) for key, value in settings.model_dump().items()},
            **provenance,
            "sales": str(len(dataset.price)),
            "inputs": ", ".join(dataset.contract.names),
        },
        metrics=metrics,
        folds=trained.folds,
        refused=trained.refused,
        manifest={
            "format": 1,
            "created_at": f"{trained.started:%Y-%m-%dT%H:%M:%SZ}",
            "coverage": settings.coverage,
            "libraries": libraries(),
            "metrics": trained.metrics,
            **provenance,
        },
    )


def _unseen(
    split: str, rows: np.ndarray, predictions: Predictions, fold: np.ndarray | None = None
) -> pd.DataFrame:
    """One row a prediction, from which anyone can compute again what is logged."""
    numbers = pd.array([pd.NA] * len(rows) if fold is None else fold, dtype="Int64")
    return pd.DataFrame({"split": split, "row": rows, "fold": numbers, **vars(predictions)})


def metric_names(labels: Iterable[str]) -> dict[str, str]:
    """Label -> what stands for it in the name of a metric, each another one.

    MLflow takes letters, digits and a few signs there. The other signs become ``_``; labels that
    differ in these only get a number. Given all that there are, a label always has the same name.
    """
    plain = {label: re.sub(r"[^\w.\- ]", "_", label) for label in sorted(labels)}
    named: dict[str, str] = {}
    for label in sorted(plain, key=lambda label: plain[label] != label):  # those that fit stay
        name, number = plain[label], 1
        # MLflow reads a name as a path, in which dots alone mean a folder.
        while name in named.values() or set(name) <= {"."}:
            number += 1
            name = f"{plain[label]}_{number}"
        named[label] = name
    return named


def _golden(trained: Trained, dataset: Dataset, settings: Settings) -> bytes:
    """The held-out houses with their served and their actual prices."""
    houses = dataset.inputs.iloc[trained.held_out].reset_index(drop=True)
    served = ExportedModel(trained.exported, dataset.contract).predict(houses)
    served["actual"] = dataset.price[trained.held_out]
    rows = [
        {"inputs": inputs, **figures}
        for inputs, figures in zip(_records(houses), _records(served), strict=True)
    ]
    content = {"coverage": settings.coverage, "rows": rows}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _prefixed(prefix: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": value for name, value in figures.items()}


def show(trained: Trained) -> None:
    """Prints the closing table."""
    kinds = {
        "all sales, cross-validated": "cv",
        "latest sales, from earlier ones": "forward",
        "held-out sales, served model": "holdout",
        "  median price": "baseline_median",
        "  linear model": "baseline_linear",
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
