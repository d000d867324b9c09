"""Where a run came from: commit, locks and library versions."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("scikit-learn", "numpy", "pandas", "scipy", "onnx", "onnxruntime", "mlflow")


def git_commit() -> str:
    """The commit that is checked out, with "+changes" when files differ, or "unknown"."""
    try:
        commit = _git("rev-parse", "HEAD")
        return f"{commit}+changes" if _git("status", "--porcelain") else commit
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def lock_sha256() -> str:
    """sha256 over all requirement locks, in name order."""
    digest = hashlib.sha256()
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def libraries() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def now() -> datetime:
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
