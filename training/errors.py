"""What a person is told about a dataset that cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class DatasetError(Exception):
    """A dataset that cannot be used: which file, which key, what is wrong and what to do."""

    def __init__(self, file: Path, key: str, problem: str, fix: str) -> None:
        end = "" if fix.endswith("?") else "."
        super().__init__(f"{file}: {key}: {problem}. Fix: {fix}{end}")


def nearest(wrong: str, known: Iterable[str]) -> str:
    """The fix for an unknown name: the nearest known one, or all of them."""
    known = list(known)
    close = difflib.get_close_matches(wrong, known, n=1, cutoff=0.5)
    return f'did you mean "{close[0]}"?' if close else f"use one of: {', '.join(known)}"
