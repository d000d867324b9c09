"""Finds a place for runs: a tracking server that answers, one started for this run, or a file.

In this order: the address that was asked for; the server on port 5555; the compose service
``mlflow``, started for this run and left as it was found; without a Docker engine a local store,
which ``make dev`` serves.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL_STORE = ROOT / ".local" / "mlflow"
FILE_STORE = "sqlite:///"
SCHEMES = ("http://", "https://", FILE_STORE, "postgresql://", "mysql://", "databricks")
ANSWER_TIMEOUT_S = 10
"""An address must answer within this, so that training fails early and not after the work."""


class TrackingError(Exception):
    """Runs cannot be logged; says which address and what to do."""


@dataclass(frozen=True)
class TrackingStore:
    """Where runs are logged.

    Attributes:
        uri: for MLflow's client.
        artifacts: root of the runs' artifacts, None where a server decides.
        note: one sentence on what a person should know about this place, or None.
    """

    uri: str
    artifacts: str | None = None
    note: str | None = None


def default_uri() -> str:
    return f"http://localhost:{os.environ.get('MLFLOW_PORT', '5555')}"


@contextmanager
def tracking_store(uri: str | None) -> Iterator[TrackingStore]:
    """A place for this run's log, ready to use.

    Raises:
        TrackingError: the address asked for does not answer, or the service does not start.
    """
    if uri is not None:
        _check_scheme(uri)
        if uri.startswith(("http://", "https://")) and (problem := why_silent(uri)):
            raise TrackingError(
                f"{uri}: no MLflow server answers there ({problem}). "
                "Fix: start it, correct --tracking-uri, or leave it out."
            )
        yield TrackingStore(uri, _beside(uri))
    elif why_silent(default_uri(), seconds=2) is None:
        yield TrackingStore(default_uri())
    elif _engine_answers():
        with _compose_service() as running:
            yield TrackingStore(running, note="docker compose up shows it in the browser")
    else:
        LOCAL_STORE.mkdir(parents=True, exist_ok=True)
        uri = f"{FILE_STORE}{LOCAL_STORE / 'mlflow.db'}"
        yield TrackingStore(
            uri,
            _beside(uri),
            note=f"no Docker engine, so the run is in {LOCAL_STORE}; make dev shows it",
        )


def why_silent(uri: str, seconds: float = ANSWER_TIMEOUT_S) -> str | None:
    """None when an MLflow API answers at ``uri``, else the reason.

    Asks the API and not ``/health``, which is green even where the API refuses the host's name.
    """
    request = urllib.request.Request(
        f"{uri.rstrip('/')}/api/2.0/mlflow/experiments/search",
        data=json.dumps({"max_results": 1}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}"
    except (OSError, ValueError, HTTPException) as error:
        return str(getattr(error, "reason", error))
    return None if isinstance(found, dict) else "another server"


def _check_scheme(uri: str) -> None:
    if not uri.startswith(SCHEMES):
        raise TrackingError(
            f"{uri}: no tracking URI. Fix: begin it with one of {' '.join(SCHEMES)}."
        )
    database = Path(uri.removeprefix(FILE_STORE))
    if uri.startswith(FILE_STORE) and not database.absolute().parent.is_dir():
        raise TrackingError(f"{uri}: no folder {database.parent}. Fix: make it first.")


def _beside(uri: str) -> str | None:
    """The folder ``artifacts`` beside a store in a file, which has no server to decide where."""
    if not uri.startswith(FILE_STORE):
        return None
    return (Path(uri.removeprefix(FILE_STORE)).resolve().parent / "artifacts").as_uri()


def _engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(
        # Not `docker info`, which succeeds in some versions while no engine runs.
        ["docker", "version", "--format", "{{.Server.Version}}"],
        capture_output=True,
        timeout=20,
    )
    return asked.returncode == 0


@contextmanager
def _compose_service() -> Iterator[str]:
    """Address of the compose service ``mlflow``; afterwards it is as before. Its volume stays."""
    if _compose("ps", "--quiet", "mlflow"):
        # It runs on another port than the default: whoever started it chose that.
        yield _published()
        return
    existed = bool(_compose("ps", "--all", "--quiet", "mlflow"))
    project_existed = bool(_compose("ps", "--all", "--quiet"))
    try:
        _compose("up", "--detach", "--wait", "--wait-timeout", "90", "mlflow")
        address = _published()
        if problem := why_silent(address):
            raise TrackingError(f"{address}: the service does not answer ({problem}).")
        yield address
    finally:
        if existed:
            _compose("stop", "mlflow")
        elif project_existed:
            _compose("rm", "--stop", "--force", "mlflow")
        else:
            _compose("down")


def _published() -> str:
    port = _compose("port", "mlflow", "5555").rpartition(":")[2]
    return f"http://localhost:{port}"


def _compose(*arguments: str) -> str:
    done = subprocess.run(
        ["docker", "compose", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise TrackingError(
            f"docker compose {' '.join(arguments)}: {last}. "
            "Fix: make up prepares the images; or name a server with --tracking-uri."
        )
    return done.stdout.strip()
