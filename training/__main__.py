"""Trains a model of a dataset: data -> train -> validate -> bundle -> MLflow.

Run by ``./run_pipeline.sh``; ``./run_pipeline.sh --help`` lists the options.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from training.console import note, step
from training.dataset import load
from training.errors import DatasetError, QualityError
from training.publish import PlaceError, check_place, recover
from training.run_record import alone
from training.settings import Settings, SettingsError
from training.tracking_server import ROOT, TrackingError, tracking_store

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
        "--finish", action="store_true", help="log what an earlier training did not, train nothing"
    )
    parser.add_argument(
        "--set", action="append", nargs="+", default=[], metavar="KEY=VALUE", dest="pairs"
    )
    parser.add_argument("--tracking-uri", default=os.environ.get("MLFLOW_TRACKING_URI") or None)
    parser.add_argument("--output", type=Path, default=BUNDLE, help="where the bundle goes")
    return parser


def main(given: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 not good enough, 2 wrong input, 4 no tracker, 130 interrupted."""
    given = sys.argv[1:] if given is None else given
    if given[:1] == ["describe"]:
        from training.describe import command

        return command.main(given[1:])
    options = arguments_parser().parse_args(given)
    try:
        if options.finish:
            finish(options.output.resolve(), options.tracking_uri)
        else:
            train(options)
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
    except KeyboardInterrupt:
        print("error: interrupted; what was served before stays", file=sys.stderr)
        return 130
    return 0


def train(options: argparse.Namespace) -> None:
    """Reads and judges the dataset, and unless it is only to be checked, trains on it."""
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
        return
    waiting = output.parent / RUNS
    with alone(waiting), tracking_store(options.tracking_uri) as store:
        # Imports take seconds, MLflow's above all, which a wrong dataset need not wait for.
        from training.run import run

        recover(output)
        run(dataset, settings, store, output, waiting)


def finish(output: Path, tracking_uri: str | None) -> None:
    """Ends the stories of trainings that were killed, or that no tracker heard of."""
    waiting = output.parent / RUNS
    with alone(waiting), tracking_store(tracking_uri) as store:
        from training.run import finish_earlier

        recover(output)
        finish_earlier(store, output, waiting)


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


if __name__ == "__main__":
    sys.exit(main())
