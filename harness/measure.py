"""What a stack took: seconds to boot, to healthy, memory and images, for the report.

Each stack's figures are one file in the run's folder, because the process that boots a stack need
not be the one that removes it and reports.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = ".boot.json"


@dataclass(frozen=True)
class ServiceFigures:
    """One service's container and image. Times are seconds since the epoch.

    Attributes:
        service: its name in the compose file.
        started_at: when its process started; None where it never did.
        healthy_at: when its first probe succeeded; None where none did, or it has no probe.
        restarts: how often the engine had to start it again.
        memory_bytes: in use just before the stack was removed; None where it did not run any more.
        memory_limit_bytes: 0 for no limit.
        image_id: ``sha256:...`` of what runs.
        image_tags: names of that image.
        image_bytes: size on disk.
        image_created: when it was built, as the engine says it (RFC 3339).
        image_labels: without those of compose and of the harness; a stand-in is labelled as such.
    """

    service: str
    started_at: float | None
    healthy_at: float | None
    restarts: int
    memory_bytes: int | None
    memory_limit_bytes: int
    image_id: str
    image_tags: list[str]
    image_bytes: int
    image_created: str
    image_labels: dict[str, str]

    @property
    def seconds_to_healthy(self) -> float | None:
        if self.started_at is None or self.healthy_at is None:
            return None
        return self.healthy_at - self.started_at


@dataclass(frozen=True)
class StackFigures:
    """One stack of the run.

    Attributes:
        name: its compose project.
        role: ``shared`` or ``breakable``.
        begun_at: when the boot began, seconds since the epoch.
        preflight: seconds that the questions before took, removal of what dead runs left included.
        build: seconds for the images; next to nothing when they are in the build cache.
        start: seconds from the first container until all answered through their ports; 0 for a
            kept stack that was found up.
        up_at: when all answered, seconds since the epoch; None where it did not come up.
        reused: it was kept by an earlier run.
        kept: it stays up after this one.
        services: in the order in which they became healthy.
    """

    name: str
    role: str
    begun_at: float
    preflight: float
    build: float
    start: float
    up_at: float | None
    reused: bool
    kept: bool
    services: list[ServiceFigures]

    @property
    def seconds(self) -> float | None:
        """From the beginning until all answered; None for a stack that did not come up."""
        return None if self.up_at is None else self.up_at - self.begun_at

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> StackFigures:
        services = [ServiceFigures(**each) for each in content["services"]]
        return cls(**{**content, "services": services})

    def save(self, folder: Path) -> None:
        (folder / f"{self.name}{FILE}").write_text(json.dumps(self.to_json(), indent=1))


def measurements(folder: Path) -> list[StackFigures]:
    """The figures of every stack whose boot was begun in the run of ``folder``, oldest first.

    Of a run that has ended they are in ``Run.measured``: its folder is gone then.
    """
    found = [StackFigures.from_json(json.loads(f.read_text())) for f in folder.glob(f"*{FILE}")]
    return sorted(found, key=lambda each: each.begun_at)
