"""Training: from a dataset and its description to a tracked bundle (``python -m training``)."""

import os

# Threads that wait for each other in a loop cost more than they bring on small data, and far more
# on a busy machine: folds are what runs side by side. The numeric libraries read it at import.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# Or ONNX Runtime keeps files and reports its use to its makers.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
