"""A ``dataset.toml`` in the making."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Draft:
    """A ``dataset.toml`` in the making.

    Attributes:
        top: keys of the dataset.
        tables: name of a table -> its keys.
        why: key or table -> why it stands there.
        left_out: column -> why it is no input.
        decide: what a person must decide before it can be trained.
    """

    top: dict[str, Any]
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    decide: list[str] = field(default_factory=list)

    def toml(self) -> str:
        lines = [
            f"# Drafted from {self.top['csv']}. Read it once: names, labels and guesses are ours."
        ]
        lines += [f"# DECIDE: {text}" for text in self.decide]
        for key, value in self.top.items():
            lines += [*self._why(key), f"{key} = {as_toml(value)}"]
        left_out = (f"{' '.join(column.split())}: {why}" for column, why in self.left_out.items())
        lines += [f"# Left out: {text}." for text in left_out]
        for name, table in self.tables.items():
            lines += ["", *self._why(name), f"[{name}]"]
            lines += [f"{key} = {as_toml(value)}" for key, value in table.items()]
        return "\n".join(lines) + "\n"

    def _why(self, key: str) -> list[str]:
        return [f"# {self.why[key]}"] if key in self.why else []

    @property
    def inputs(self) -> list[str]:
        """The names of their tables."""
        return [name for name in self.tables if name.startswith("inputs.")]


def as_toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
