"""The prediction API: serves a verified bundle over HTTP. It knows nothing about training."""

from __future__ import annotations

import os

# Read when ONNX Runtime is imported: else it keeps files and reports its use to its makers.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
