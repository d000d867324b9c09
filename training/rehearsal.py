"""Loads a bundle as what serves it will, before any tracker or user sees it.

API and form share no code with training, so each is asked in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.publish import CHECKSUM, MANIFEST, write_manifest
from training.tracking_server import ROOT
from training.verify import BundleDiffersError

UNREGISTERED = dict.fromkeys(
    ("tracking", "experiment_id", "run_id", "model_name", "model_version"), "none yet"
)
READ_CONTRACT = """
import sys
from pathlib import Path
from schema import Contract
from strict import read
read(Contract, Path(sys.argv[1]).read_bytes())
"""
TIMEOUT_S = 600.0
"""Guards against a hang; it takes a second or two."""


def rehearse(bundle: Path, manifest: Mapping[str, Any]) -> None:
    """Loads ``bundle``, which has no manifest yet, as the API and the form will.

    Args:
        bundle: absolute path of the folder; it is left as it was.
        manifest: what the manifest will say but for files and registration.

    Raises:
        BundleDiffersError: one of them would not take it; says which and why.
    """
    write_manifest(bundle, {**manifest, "mlflow": UNREGISTERED})
    try:
        _load("API", ROOT, "-m", "app.check", str(bundle))
        form = ROOT / "streamlit_app"
        _load("form", form, "-c", READ_CONTRACT, str(bundle / "contract.json"))
    finally:
        for name in (MANIFEST, CHECKSUM):
            (bundle / name).unlink(missing_ok=True)


def _load(what: str, folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise BundleDiffersError(f"the {what} would not serve this bundle: {reason}")
