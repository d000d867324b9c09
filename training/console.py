"""What a person sees while a model is trained: steps with their time, bars, a closing table."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

NOTE_INTERVAL_S = 10
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


def bar(items: Iterable[T], title: str, total: int) -> Iterator[T]:
    """A progress bar on a terminal; elsewhere a line now and then, so that logs stay short."""
    if sys.stderr.isatty():
        yield from tqdm(items, desc=f"    {title}", total=total, leave=False)
        return
    said = time.monotonic()
    for done, item in enumerate(items, start=1):
        if time.monotonic() - said > NOTE_INTERVAL_S:
            said = time.monotonic()
            note(f"{title}: {done} of {total}")
        yield item


def table(title: str, rows: Mapping[str, Mapping[str, str]]) -> None:
    """Prints rows of figures under the headings of the first row."""
    headings = list(next(iter(rows.values())))
    first = max(len(name) for name in rows) + 2
    widths = [
        max(len(heading), *(len(row[heading]) for row in rows.values())) + 2 for heading in headings
    ]
    heads = zip(headings, widths, strict=True)
    print(f"\n{title}")
    print(" " * first + "".join(f"{text:>{size}}" for text, size in heads))
    for name, row in rows.items():
        figures = "".join(
            f"{row[text]:>{size}}" for text, size in zip(headings, widths, strict=True)
        )
        print(f"{name:<{first}}{figures}")
