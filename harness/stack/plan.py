"""What one stack will be called, which ports it gets and whose it is, before it is booted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.stack.layout import Layout, Service
from harness.stack.ports import free_ports


@dataclass(frozen=True)
class Plan:
    """All that is needed to boot, find and remove one stack, in any process.

    Attributes:
        name: of the compose project, unlike any other.
        layout: the project that is booted.
        ports: environment variable -> host port.
        labels: compose override file, written at boot, that labels everything as this stack's.
        logs: folder that the logs are saved to.
        owner: the mark of the process that removes it.
        kept: it stays up for a person and for later runs.
    """

    name: str
    layout: Layout
    ports: Mapping[str, int]
    labels: Path
    logs: Path
    owner: str
    kept: bool = False

    @classmethod
    def new(cls, layout: Layout, *, folder: Path, logs: Path, owner: str) -> Plan:
        """A plan with a name and ports that nobody else has; ``folder`` is for its own files."""
        name = f"{layout.prefix}-{secrets.token_hex(4)}"
        ports = free_ports(len(layout.services))
        return cls(
            name=name,
            layout=layout,
            ports={each.port: port for each, port in zip(layout.services, ports, strict=True)},
            labels=folder / f"{name}.labels.json",
            logs=logs,
            owner=owner,
        )

    def address(self, service: Service) -> str:
        return f"http://127.0.0.1:{self.ports[service.port]}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment for the compose file."""
        return {name: str(port) for name, port in self.ports.items()}

    def to_json(self) -> dict[str, Any]:
        paths = {"labels": str(self.labels), "logs": str(self.logs)}
        return {**asdict(self), **paths, "layout": self.layout.to_json()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Plan:
        paths = {key: Path(content[key]) for key in ("labels", "logs")}
        return cls(**{**content, **paths, "layout": Layout.from_json(content["layout"])})
