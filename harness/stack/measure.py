"""What a stack took: seconds to boot, to healthy, memory and images, for the report.

Each stack's figures are one file in the run's folder, because the process that boots a stack need
not be the one that removes it and reports.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    """One stack of the run, or as much of it as there was when it failed to come up.

    Attributes:
        name: its compose project.
        role: ``shared`` or ``breakable``.
        begun_at: when the boot began, seconds since the epoch.
        preflight: seconds for the checks before the boot and for removing what dead runs left.
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

    def told(self) -> str:
        """In a few words: ``was up after 9 s (store 4 s, api 7 s, web 9 s)``."""
        if self.seconds is None:
            return "did not come up"
        if self.reused:
            return f"was up from an earlier run, ready after {self.seconds:.0f} s"
        ready = [(service.service, service.healthy_at) for service in self.services]
        times = [f"{name} {at - self.begun_at:.0f} s" for name, at in ready if at is not None]
        return f"was up after {self.seconds:.0f} s" + (f" ({', '.join(times)})" if times else "")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> StackFigures:
        services = [ServiceFigures(**service) for service in content["services"]]
        return cls(**{**content, "services": services})

    def save(self, folder: Path) -> None:
        (folder / f"{self.name}{FILE}").write_text(json.dumps(self.to_json(), indent=1))


def measurements(folder: Path) -> list[StackFigures]:
    """The figures of every stack whose boot was begun in the run of ``folder``, oldest first.

    Of a run that has ended they are in ``Run.measured``: its folder is gone then.
    """
    found = [StackFigures.from_json(json.loads(f.read_text())) for f in folder.glob(f"*{FILE}")]
    return sorted(found, key=lambda stack: stack.begun_at)


class Laps:
    """A stopwatch: ``with laps.of("build"): ...``. A lap that did not take place took 0 s."""

    def __init__(self) -> None:
        self.begun_at = time.time()
        self._seconds: dict[str, float] = {}

    def __getitem__(self, name: str) -> float:
        return self._seconds.get(name, 0.0)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self._seconds[name] = time.monotonic() - begun
