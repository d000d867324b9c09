"""What a person sees while a model is trained: steps with their time, bars, a closing table."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Names what is being done, and afterwards how long it took."""
    print(f"==> {title}", flush=True)
    start = time.monotonic()
    yield
    print(f"    {time.monotonic() - start:.1f} s", flush=True)


def note(text: str) -> None:
    print(f"    {text}", flush=True)


def bar(each: Iterable[T], title: str, total: int) -> Iterable[T]:
    """A progress bar on a terminal; elsewhere a line every few seconds, so that logs stay short."""
    interval = 0.1 if sys.stderr.isatty() else 10.0
    return tqdm(each, desc=f"    {title}", total=total, mininterval=interval, leave=False)


def table(title: str, rows: Mapping[str, Mapping[str, str]]) -> None:
    """Prints rows of figures under the headings of the first row."""
    headings = list(next(iter(rows.values())))
    first = max(len(name) for name in rows) + 2
    widths = [
        max(len(heading), *(len(row[heading]) for row in rows.values())) + 2 for heading in headings
    ]
    print(f"\n{title}")
    print(" " * first + "".join(f"{text:>{size}}" for text, size in zip(headings, widths)))
    for name, row in rows.items():
        figures = "".join(f"{row[text]:>{size}}" for text, size in zip(headings, widths))
        print(f"{name:<{first}}{figures}")
