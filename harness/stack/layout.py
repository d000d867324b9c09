"""What a person says of the project that is booted; the rest is read from its compose files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Layout:
    """A project that can be booted. Only ``root`` must be known: services have their names, ports
    and healthchecks in the compose files.

    Attributes:
        root: the folder in which a person would type ``docker compose up``.
        prefix: of the names of test stacks.
        probes: service -> path that answers 200 once the service does its job. One without a path
            here does it when it is healthy and its published ports answer.
        titles: service -> what people call it.
        needs: file in ``root`` -> what is wrong and what to do where it is missing.
    """

    root: Path
    prefix: str = "stack-test"
    probes: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)

    def title(self, service: str) -> str:
        return self.titles.get(service, service)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "root": str(self.root)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Layout:
        return cls(**{**content, "root": Path(content["root"])})
