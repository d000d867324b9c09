"""Trains a model of a dataset: data -> train -> validate -> bundle -> MLflow.

Run by ``./run_pipeline.sh``; ``./run_pipeline.sh --help`` lists the options.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.console import note, step
from training.dataset import Dataset, load
from training.errors import DatasetError
from training.evaluate import QualityError, split
from training.extrapolation import with_seen
from training.publish import PlaceError, check_place, publish, recover
from training.recipe import show, train
from training.rehearsal import rehearse
from training.run_record import alone, pending
from training.settings import Settings, SettingsError
from training.staging import stage
from training.tracking_server import ROOT, TrackingError, TrackingStore, tracking_store
from training.verify import verify

BUNDLE = ROOT / "artifacts" / "bundle"
FIRST = ROOT / "datasets" / "ames"
LAST = ROOT / "artifacts" / "trained-from.json"
RUNS = ".runs"
READING = '{input}: {values} ({kind}; "{first cell}" is read as {read as})'


def arguments_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run_pipeline.sh",
        allow_abbrev=False,
        description="Train a model, log the run to MLflow, write the bundle that the API serves.",
        epilog="settings for --set: "
        + "; ".join(
            f"{name}={field.default} ({field.description})"
            for name, field in Settings.model_fields.items()
        ),
    )
    parser.add_argument(
        "--dataset", type=Path, help="folder with dataset.toml; else that of the last training"
    )
    parser.add_argument(
        "--check", action="store_true", help="read and judge the dataset only, train nothing"
    )
    parser.add_argument(
        "--set", action="append", nargs="+", default=[], metavar="KEY=VALUE", dest="pairs"
    )
    parser.add_argument("--tracking-uri", default=os.environ.get("MLFLOW_TRACKING_URI") or None)
    parser.add_argument("--output", type=Path, default=BUNDLE, help="where the bundle goes")
    return parser


def main(given: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 the model is not good enough, 2 wrong input, 4 no tracker."""
    given = sys.argv[1:] if given is None else given
    if given[:1] == ["describe"]:
        from training.describe import command

        return command.main(given[1:])
    options = arguments_parser().parse_args(given)
    try:
        settings = Settings.from_pairs(pair for group in options.pairs for pair in group)
        with step("Data"):
            dataset = load(options.dataset or last_dataset())
            for text in dataset.notes:
                note(text)
            for reading in dataset.readings:
                note(READING.format_map(reading))
            sales, inputs = dataset.inputs.shape
            note(f"{sales} of {dataset.rows_read} sales, {inputs} inputs")
        output = options.output.resolve()
        check_place(output)
        if options.check:
            print("\nNothing wrong was found. Without --check a model is trained on this.")
            return 0
        with alone(output.parent / RUNS), tracking_store(options.tracking_uri) as store:
            recover(output)
            run(dataset, settings, store, output)
    except (DatasetError, SettingsError, PlaceError) as error:
        for mistake in str(error).splitlines():
            print(f"error: {mistake}", file=sys.stderr)
        return 2
    except QualityError as error:
        print(f"error: not served: {error}", file=sys.stderr)
        return 1
    except TrackingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 4
    return 0


def last_dataset() -> Path:
    """The folder that the bundle was trained from, as ``setup/freshness.py`` notes; first Ames.

    Raises:
        DatasetError: it is gone.
    """
    if not LAST.is_file():
        return FIRST
    options, _ = arguments_parser().parse_known_args(json.loads(LAST.read_text())["arguments"])
    folder: Path = options.dataset or FIRST
    note(f"of {folder}, as in the last training (--dataset FOLDER names another)")
    if not folder.is_dir():
        raise DatasetError(folder, "folder", "is gone", f"name one, such as --dataset {FIRST}")
    return folder


def run(dataset: Dataset, settings: Settings, store: TrackingStore, output: Path) -> None:
    """One training, from rows to a published bundle.

    Raises:
        QualityError: the model is not fit to serve; its run is logged, the old bundle stays.
        TrackingError: the tracker went away; the old bundle stays and the run is kept.
    """
    # MLflow takes seconds to import, which a wrong dataset need not wait for.
    from training.tracking import CHAMPION, log, run_address

    waiting = output.parent / RUNS
    for record in pending(waiting):
        with step(f"Log the run {record.name}, which an earlier tracker did not take"):
            try:
                log(record, store, serves=False)
            except TrackingError as error:  # it waits on, and keeps no other run from its log
                note(f"still not logged: {error}")
            else:
                shutil.rmtree(record.folder)
    learnt, _ = split(dataset, settings)
    contract = with_seen(dataset.contract, dataset.inputs.iloc[learnt])
    dataset = replace(dataset, contract=contract)
    trained = train(dataset, settings)
    with step("Write and verify the bundle"):
        record = stage(trained, dataset, settings, waiting)
        verify(record.bundle, trained.model, dataset.inputs)
        rehearse(record.bundle, record.manifest)
        record.save()
    if trained.refused is not None:
        title = f"Log the run at {store.uri}"
    else:
        title = f"Log the run and register the model at {store.uri}"
    with step(title):
        where = log(record, store, serves=True)
    record.done()
    if trained.refused is None:
        publish(record.bundle, output)
    shutil.rmtree(record.folder)
    show(trained)
    if trained.refused is not None:
        raise QualityError(f"{trained.refused} (run {run_address(where)})")
    print(f"\nBundle  {output}")
    print(f"Model   {where['model_name']} version {where['model_version']}, now its {CHAMPION}")
    print(f"Run     {run_address(where)}")
    if store.note:
        print(f"        {store.note}")


if __name__ == "__main__":
    sys.exit(main())
