"""One training, from rows to a published bundle."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.console import note, step
from training.dataset import Dataset
from training.errors import QualityError
from training.evaluate import split
from training.extrapolation import with_seen
from training.publish import MANIFEST, publish
from training.recipe import show, train
from training.rehearsal import rehearse
from training.run_record import pending
from training.settings import Settings
from training.staging import stage
from training.tracking import CHAMPION, check, finish, log, make_champion, run_address
from training.tracking_server import TrackingError, TrackingStore
from training.verify import verify


def finish_earlier(store: TrackingStore, output: Path, waiting: Path) -> None:
    """Logs what an earlier training could not, or did not live to log; what fails waits on."""
    for record in pending(waiting):
        with step(f"Finish the run {record.name}, which an earlier training did not"):
            try:
                finish(record, store, _logged_as(output))
            except TrackingError as error:  # it waits on, and keeps no other run from its log
                note(f"still not logged: {error}")
            else:
                record.done()


def _logged_as(output: Path) -> dict[str, Any] | None:
    """Where the bundle that is published says that it was logged."""
    try:
        logged: dict[str, Any] = json.loads((output / MANIFEST).read_bytes())["mlflow"]
    except (OSError, ValueError, KeyError):
        return None
    return logged


def run(
    dataset: Dataset, settings: Settings, store: TrackingStore, output: Path, waiting: Path
) -> None:
    """Trains, logs and publishes; first logs the runs that wait for a tracker.

    Args:
        dataset: what is learnt.
        settings: of this run.
        store: where it is logged.
        output: where the bundle goes.
        waiting: folder of the runs that are not logged yet, where nobody else is at work.

    Raises:
        QualityError: the model is not fit to serve; its run is logged, the old bundle stays.
        TrackingError: the tracker went away; the old bundle stays and the run is kept.
    """
    check(store)
    finish_earlier(store, output, waiting)
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
        where = log(record, store)
        if trained.refused is None:
            # In this order: whatever is killed, the next command knows by the bundle what serves.
            publish(record.bundle, output)
            make_champion(where, record, store)
    record.done()
    show(trained)
    if trained.refused is not None:
        raise QualityError(f"{trained.refused} (run {run_address(where)})")
    print(f"\nBundle  {output}")
    print(f"Model   {where['model_name']} version {where['model_version']}, now its {CHAMPION}")
    print(f"Run     {run_address(where)}")
    if store.note:
        print(f"        {store.note}")
