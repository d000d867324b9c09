"""Makes expensive things once for all processes of one test run (``pytest -n``)."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from harness.errors import HarnessError

T = TypeVar("T")


class Once:
    """Shares results through a folder that all processes of the run know.

    The locks are the kernel's: they end with the process that holds them, however it ends.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` returned, in whichever process it ran first. It must be fit for JSON.

        Raises:
            HarnessError: ``make`` failed in another process; it is not tried again.
            Exception: what ``make`` raised here.
        """
        kept = self.folder / f"{name}.json"
        with self.alone_with(name):
            if kept.exists():
                result = json.loads(kept.read_text())
                if "error" in result:
                    raise HarnessError(result["error"])
                return cast(T, result["value"])
            try:
                value = make()
            except Exception as error:
                kept.write_text(json.dumps({"error": f"{name}: failed before: {error}"}))
                raise
            kept.write_text(text := json.dumps({"value": value}))
            return cast(T, json.loads(text)["value"])  # the same as the other processes get

    @contextmanager
    def alone_with(self, name: str) -> Iterator[None]:
        """No other process of the run is inside this with the same name."""
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
