"""One column of a CSV on its way to an input of the contract, and what is said of it on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from app.contract import Input, Kind
from training.errors import DatasetError
from training.reading.numbers import NumberFormat
from training.spec import InputSpec, Written


@dataclass(frozen=True)
class Cells:
    """The cells of a column.

    Attributes:
        file: the ``dataset.toml``, named in errors.
        text: shape (n,), cells as text; missing ones are NA.
        lines: shape (n,), where each stands in the CSV.
    """

    file: Path
    text: pd.Series
    lines: pd.Series

    def example(self, rows: pd.Series) -> str:
        """The first of these cells and where it stands."""
        return f'"{self.text[rows].iloc[0]}" on line {self.lines[rows].iloc[0]}'


@dataclass(frozen=True)
class Source(Cells):
    """The column of an input, and what the description says of it."""

    name: str
    spec: InputSpec

    @property
    def numbers(self) -> NumberFormat:
        return NumberFormat(self.spec.decimal, self.spec.thousands, (self.spec.unit or "",))

    def with_text(self, text: pd.Series) -> Source:
        return replace(self, text=text)

    def error(self, key: str, problem: str, fix: str) -> DatasetError:
        return DatasetError(self.file, f"inputs.{self.name}{key and '.'}{key}", problem, fix)

    def unknown(self, more: Iterable[object]) -> str:
        """The key that takes ``more`` for missing, beside what it takes already."""
        return missing_values(self.spec, more)

    def dropped(self, rows: pd.Series, why: str) -> list[str]:
        """The note on rows that are dropped, if there are any."""
        if not rows.any():
            return []
        return [f"{self.name}: {counted_rows(rows)} dropped, {why} (such as {self.example(rows)})"]

    def contract(self, kind: Kind, default: bool | int | float | str, **values: object) -> Input:
        """The input as the contract has it."""
        spec = self.spec
        if kind is not Kind.CHOICE:
            for key in ("choices", "other"):
                if getattr(spec, key) is not None:
                    raise self.error(key, f"a {kind} has none", 'set kind = "choice"')
        if not kind.numeric and (spec.range is not None or spec.step is not None):
            raise self.error("range", f"a {kind} has no range or step", "remove it")
        if spec.monotonic and kind is Kind.CHOICE and not spec.ordered:
            fix = "set ordered = true and list them from worst to best"
            raise self.error("monotonic", "these choices have no order", fix)
        try:
            return Input.model_validate(
                {
                    **spec.model_dump(include={"label", "help", "group", "unit", "monotonic"}),
                    "name": self.name,
                    "kind": kind,
                    "default": default,
                    **values,
                }
            )
        except ValueError:
            problem = f"{default!r} is no {kind} within {spec.range or 'the data'}"
            fix = "write true or false" if kind is Kind.YES_NO else "choose one inside"
            raise self.error("default", problem, fix) from None


@dataclass
class Column:
    """One input's values, the rows to drop and what was done to the rest."""

    values: pd.Series
    contract: Input
    drop: pd.Series
    notes: list[str] = field(default_factory=list)
    dropped_notes: list[str] = field(default_factory=list)
    """On the rows that are dropped; :attr:`notes` is on the others."""
    repaired: pd.Series | None = None
    """Which cells, shape (n,), were empty and hold the default."""

    def reading(self, text: pd.Series) -> dict[str, str]:
        """What was read how, for a person to look at.

        Args:
            text: shape (n,), the cells as they stand in the CSV.
        """
        values, kind = self.values, self.contract.kind
        if kind.numeric:
            low, middle, high = values.min(), values.median(), values.max()
            told = f"{low:.12g} to {high:.12g}, median {middle:.12g}"
        elif kind is Kind.YES_NO:
            told = f"{values.mean():.0%} yes"
        else:
            counts = values.value_counts(normalize=True)
            told = f"{len(counts)} choices, most often {counts.index[0]} ({counts.iloc[0]:.0%})"
        cell, value = text[values.index[0]], values.iloc[0]
        return {
            "input": self.contract.name,
            "column": str(text.name),
            "kind": str(kind),
            "values": told,
            "first cell": str(cell),
            "read as": f"{value:.12g}" if kind.numeric else str(value),
        }


def missing_values(spec: Written, more: Iterable[object]) -> str:
    """The key that takes ``more`` for missing, beside what it takes already."""
    values = [*(spec.missing_values or ()), *more]
    written = [f"'{value}'" if isinstance(value, str) else f"{value:.15g}" for value in values]
    return f"missing_values = [{', '.join(dict.fromkeys(written))}]"


def counted_rows(rows: pd.Series) -> str:
    """How many are true, as in "1 row" and "2 rows"."""
    return f"{rows.sum()} row{'s' if rows.sum() != 1 else ''}"
