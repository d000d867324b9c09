"""One training, from rows to a published bundle."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from training.console import note, step
from training.dataset import Dataset
from training.errors import QualityError
from training.evaluate import split
from training.extrapolation import with_seen
from training.publish import publish
from training.recipe import show, train
from training.rehearsal import rehearse
from training.run_record import pending
from training.settings import Settings
from training.staging import stage
from training.tracking import CHAMPION, log, run_address
from training.tracking_server import TrackingError, TrackingStore
from training.verify import verify


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
