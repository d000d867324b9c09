"""What a service's processes hold, read inside its container, and how it grows with what is asked.

The slope is that of Theil and Sen with its interval: the median over all pairs of samples, so that
one step of the allocator is no growth, and nothing is assumed of how the noise is distributed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.houses.containers import python

if TYPE_CHECKING:
    from harness.stack.running import ComposeStack

WARM_UP, SAMPLES, CONFIDENCE = 10, 20, 0.99
KINDS = ("memory", "threads", "descriptors")

# The container's first process and all that it started. That leaves out health checks, which come
# and go and may not be looked into while they start. Memory is what they wrote and no file
# holds (RssAnon), in bytes.
_USED = """
import json, os
ROOT = 1
statuses = {}
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        lines = open(f"/proc/{process}/status").read().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        continue  # it has ended
    statuses[int(process)] = dict(line.split(":", 1) for line in lines)

def belongs(process):
    while process in statuses and process != ROOT:
        process = int(statuses[process]["PPid"])
    return process == ROOT

used = {"memory": 0, "threads": 0, "descriptors": 0}
for process, status in statuses.items():
    if not belongs(process) or "RssAnon" not in status:
        continue
    try:
        descriptors = len(os.listdir(f"/proc/{process}/fd"))
    except (FileNotFoundError, ProcessLookupError):
        continue  # it has ended
    used["memory"] += 1024 * int(status["RssAnon"].split()[0])
    used["threads"] += int(status["Threads"])
    used["descriptors"] += descriptors
print(json.dumps(used))
"""


@dataclass(frozen=True)
class Growth:
    """The growth of one kind of resource per call: the slope and its interval."""

    slope: float
    low: float
    high: float
    samples: tuple[int, ...]

    def __str__(self) -> str:
        interval = f"{CONFIDENCE:.0%} interval {self.low:,.3g} to {self.high:,.3g}"
        return f"{self.slope:,.3g} ({interval}; from {self.samples[0]:,} to {self.samples[-1]:,})"


def used_by(stack: ComposeStack, service: str) -> dict[str, int]:
    """Memory, threads and descriptors of the service's processes now."""
    found: dict[str, int] = json.loads(python(stack, service, _USED))
    assert min(found.values()) > 0, f"the processes of {service} cannot be looked into: {found}"
    return found


def growth(
    stack: ComposeStack, service: str, do: Callable[[int], None], count: int
) -> dict[str, Growth]:
    """How what ``service`` holds grows while ``do`` is called with 0, 1, 2 and so on.

    Args:
        count: of calls between two samples; the first ten such lots only warm up.
    """
    from scipy.stats import theilslopes

    taken: list[dict[str, int]] = []
    for lot in range(WARM_UP + SAMPLES):
        for number in range(count):
            do(lot * count + number)
        if lot >= WARM_UP:
            taken.append(used_by(stack, service))
    done = [count * place for place in range(len(taken))]
    grown = {}
    for kind in KINDS:
        samples = tuple(sample[kind] for sample in taken)
        found = theilslopes(samples, done, alpha=CONFIDENCE)
        grown[kind] = Growth(
            float(found.slope), float(found.low_slope), float(found.high_slope), samples
        )
    return grown
