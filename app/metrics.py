"""Prometheus metrics of one API process."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from app.manifest import Manifest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Label values come from our own routes only, so a client cannot make up new series."""

    def __init__(self, manifest: Manifest) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each one, which nothing reads
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "From the first line of the request to the end of the answer.",
            ["route"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self.houses = Counter(
            "predicted_houses", "Houses that were given a price.", registry=self._registry
        )
        self.tracker_up = Gauge(
            "tracker_up", "1 while MLflow answers, else 0.", registry=self._registry
        )
        Info("model", "The model that is served.", registry=self._registry).info(
            {
                "name": manifest.mlflow.model_name,
                "version": manifest.mlflow.model_version,
                "run_id": manifest.mlflow.run_id,
                "dataset": manifest.dataset,
            }
        )
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """The exposition format of Prometheus."""
        return generate_latest(self._registry)
