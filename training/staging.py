"""Writes all that will be logged of a run to the disk, before any tracker hears of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from training import evaluate, plots
from training.dataset import Dataset
from training.input_plots import draw_inputs
from training.provenance import git_commit, libraries, lock_sha256, milliseconds, now
from training.publish import write_durably
from training.recipe import Trained
from training.run_record import RunRecord
from training.runtime import ExportedModel
from training.settings import Settings


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
            "model": str(trained.model.candidate),
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
            "forward_coverage": trained.forward_coverage,
            "libraries": libraries(),
            "metrics": trained.metrics,
            **provenance,
        },
    )


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
