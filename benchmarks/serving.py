"""How fast the running API answers: single prices one after another, and batches of 1,000.

    make bench                                                    # the stack of make up
    API_URL=http://localhost:8100 python benchmarks/serving.py    # another one on this machine

A closed loop on one connection: what one user waits, not what the API can bear at most.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

import requests

SINGLES, BATCHES, BATCH = 2000, 20, 1000
API = os.environ.get("API_URL", "http://localhost:8000").rstrip("/")
TIMEOUT_S = 60.0  # only ends a hang


def milliseconds(ask: Callable[[], requests.Response], times: int) -> list[float]:
    """Sorted times of ``times`` answers, after a tenth as many to warm up."""
    for _ in range(times // 10):
        ask().raise_for_status()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        answer = ask()
        taken.append(1000 * (time.perf_counter() - start))
        answer.raise_for_status()
    return sorted(taken)


def report(title: str, taken: list[float]) -> None:
    p50, p99 = statistics.median(taken), taken[int(0.99 * len(taken))]
    print(f"{title:<28}{p50:>9.2f}{p99:>9.2f}{taken[-1]:>9.2f}")


def main() -> None:
    session = requests.Session()
    try:
        inputs = session.get(f"{API}/schema", timeout=TIMEOUT_S).json()["inputs"]
    except requests.RequestException as error:
        sys.exit(f"error: no API answers at {API} ({type(error).__name__}): run make up first")
    house = {field["name"]: field["default"] for field in inputs}
    many = {"houses": [house] * BATCH}
    print(f"{API}, milliseconds{'p50':>20}{'p99':>9}{'max':>9}")
    one = milliseconds(
        lambda: session.post(f"{API}/predict", json=house, timeout=TIMEOUT_S), SINGLES
    )
    report(f"one house ({SINGLES:,} times)", one)
    batch = milliseconds(
        lambda: session.post(f"{API}/predict/batch", json=many, timeout=TIMEOUT_S), BATCHES
    )
    report(f"{BATCH:,} houses ({BATCHES} times)", batch)


if __name__ == "__main__":
    main()
