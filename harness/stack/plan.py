"""What one stack will be called, which ports it gets and whose it is, before it is booted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.stack.compose_files import ComposeFiles, Port
from harness.stack.layout import Layout


@dataclass(frozen=True)
class Plan:
    """All that is needed to boot, find and remove one stack, in any process.

    Attributes:
        name: of the compose project, unlike any other.
        layout: the project that is booted.
        source: its compose files, and the ports that its services get.
        override: compose file, written at boot, that gives the stack its ports, its own names and
            labels.
        logs: folder that the logs are saved to.
        owner: the mark of the process that removes it.
        kept: it stays up for a person and for later runs.
    """

    name: str
    layout: Layout
    source: ComposeFiles
    override: Path
    logs: Path
    owner: str
    kept: bool = False

    @classmethod
    def new(
        cls, layout: Layout, source: ComposeFiles, *, folder: Path, logs: Path, owner: str
    ) -> Plan:
        """A plan with a name that nobody else has; ``folder`` is for its own files."""
        name = f"{layout.prefix}-{secrets.token_hex(4)}"
        override = folder / f"{name}.override.yml"
        return cls(name, layout, source, override=override, logs=logs, owner=owner)

    @property
    def files(self) -> list[Path]:
        """The compose files, without the override."""
        return [self.layout.root / file for file in self.source.files]

    def ports(self, service: str) -> list[Port]:
        """The TCP ports that a service publishes, in the order of the compose file."""
        return [port for port in self.source.services[service] if port.protocol == "tcp"]

    def address(self, service: str, target: int | None = None) -> str:
        """Where a service answers on this machine: through its first published port, or through
        that which leads to ``target`` in its container. Raises HarnessError: there is none."""
        if service not in self.source.services:
            known = ", ".join(sorted(self.source.services))
            raise HarnessError(f"there is no service {service}. Fix: name one of {known}.")
        for port in self.ports(service):
            if target in (None, port.target):
                return f"http://{_reachable(port.host)}:{port.published}"
        which = f"port {target}" if target else "port"
        raise HarnessError(
            f"{service} publishes no {which}, so it has no address. "
            "Fix: give it one under `ports:` in the compose file."
        )

    def to_json(self) -> dict[str, Any]:
        paths = {"override": str(self.override), "logs": str(self.logs)}
        return {**asdict(self), **paths, "layout": self.layout.to_json()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Plan:
        source = content["source"]
        services = {
            name: tuple(Port(**port) for port in ports)
            for name, ports in source["services"].items()
        }
        found = ComposeFiles(tuple(source["files"]), services, source["variables"])
        paths = {key: Path(content[key]) for key in ("override", "logs")}
        layout = Layout.from_json(content["layout"])
        return cls(**{**content, **paths, "layout": layout, "source": found})


def _reachable(host: str) -> str:
    """The address by which this machine reaches a port that is published on ``host``."""
    if host in ("", "0.0.0.0", "::"):  # noqa: S104  # read, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
