"""What one API process serves: a verified bundle, its predictor, and whether it may be used."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from app.bundle import Bundle
from app.extrapolation import Extrapolation
from app.logs import FIELDS
from app.metrics import Metrics
from app.predictor import Predictor
from app.problems import ProblemError
from app.settings import Settings
from app.tracker import TrackerMonitor, TrackerState
from app.validation import HouseReader

log = logging.getLogger("app")


class Service:
    """Shared by all routes. Made once, before the port opens.

    Raises:
        BundleError: the model does not load, fit or reproduce the golden rows.
    """

    def __init__(self, bundle: Bundle, settings: Settings) -> None:
        self.bundle = bundle
        self.predictor = Predictor(bundle)
        self.houses = HouseReader(bundle.contract)
        self.extrapolation = Extrapolation(bundle.contract)
        self.metrics = Metrics(bundle.manifest)
        self.tracker = TrackerMonitor(settings.mlflow_tracking_uri, self._tracker_changed)
        self.stopping = False
        # One worker: batches take turns, and never more than one core from everything else.
        # Health and single predictions never wait for it.
        self.batches = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batch")

    def require_ready(self) -> None:
        """Asks the model for a golden row, so that ready is what is so now.

        Raises:
            ProblemError: 503 with the reason.
        """
        if self.stopping:
            raise ProblemError(503, "Not ready: the process is stopping.")
        if problem := self.predictor.self_check():
            log.error("a golden row is not reproduced", extra={FIELDS: {"problem": problem}})
            raise ProblemError(503, "Not ready: the model does not reproduce a golden row.")

    def start(self) -> None:
        self.tracker.start()

    def close(self) -> None:
        self.tracker.stop()
        self.batches.shutdown()

    def _tracker_changed(self, state: TrackerState) -> None:
        self.metrics.tracker_up.set(state.status == "reachable")
        level = logging.INFO if state.status == "reachable" else logging.WARNING
        log.log(level, "tracker is %s", state.status, extra={FIELDS: {"detail": state.detail}})
