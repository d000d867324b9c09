"""What a person is told about a dataset that cannot be used, or a model that must not be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class QualityError(Exception):
    """The trained model is not fit to serve; says which figure missed which bound."""


class DatasetError(Exception):
    """A dataset that cannot be used: which file, line and key, what is wrong and what to do.

    Attributes:
        key: of the ``dataset.toml``, or what else is wrong in the file.
        problem: what is wrong.
        fix: what to do.
    """

    key = problem = fix = ""

    def __init__(self, file: Path, key: str, problem: str, fix: str) -> None:
        problem, fix = (re.sub(r"[\r\n]+", " ", text) for text in (problem, fix))
        self.key, self.problem, self.fix = key, problem, fix
        end = "" if fix.endswith("?") else "."
        line = _line(file, key)
        where = f"{file}: line {line}" if line else f"{file}"
        stop = "" if problem.endswith("?") else "."
        super().__init__(f"{where}: {key}: {problem}{stop} Fix: {fix}{end}")

    @property
    def each(self) -> Sequence[DatasetError]:
        """The mistakes one by one."""
        return [self]


class DatasetErrors(DatasetError):
    """Several mistakes at once, a line each."""

    def __init__(self, errors: Sequence[DatasetError]) -> None:
        Exception.__init__(self, "\n".join(map(str, errors)))
        self._errors = errors

    @property
    def each(self) -> Sequence[DatasetError]:
        return self._errors


class Mistakes:
    """Collects mistakes, so that all of them are told at once."""

    def __init__(self) -> None:
        self.found: list[DatasetError] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Keeps the mistake that is raised inside, and goes on behind it."""
        try:
            yield
        except DatasetError as error:
            self.found.append(error)

    def raise_if_any(self) -> None:
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise DatasetErrors(self.found)


def nearest(wrong: str, known: Iterable[str]) -> str:
    """The fix for an unknown name: the nearest known one, or all of them."""
    known = list(known)
    close = difflib.get_close_matches(wrong, known, n=1, cutoff=0.5)
    return f'did you mean "{close[0]}"?' if close else f"use one of: {', '.join(known)}"


def _line(file: Path, key: str) -> int | None:
    """On which line of a TOML file a key stands, or else the table that lacks it."""
    if file.suffix != ".toml" or not file.is_file():
        return None
    table, found = "", dict[str, int]()
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = re.sub(r"[\s\"']", "", heading[1])
            found.setdefault(table, number)
        elif assigned := re.match(r"\s*([\w.\-\"' ]+?)\s*=", line):
            name = re.sub(r"[\"']", "", assigned[1])
            found.setdefault(f"{table}.{name}" if table else name, number)
    parts = key.split(".")
    places = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
    return next((found[place] for place in places if place in found), None)
