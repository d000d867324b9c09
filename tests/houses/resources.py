"""What a service's processes hold, read inside a sidecar, and how it grows with what is asked.

The slope is that of Theil and Sen with its interval: the median over all pairs of samples, so that
one step of the allocator is no growth, and nothing is assumed of how the noise is distributed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.stack.docker_cli import docker
from harness.stack.sidecars import Sidecar, running_sidecar
from tests.houses import heap_probe

if TYPE_CHECKING:
    from harness.stack.running import ComposeStack

WARM_UP, SAMPLES, CONFIDENCE = 10, 20, 0.99
KINDS = ("heap", "memory", "threads", "descriptors")
PROBE_DIR = "/heap-probe"  # in the container

# Of the container's first process and all that it started: heap is what their own probes tell;
# memory is what they wrote and no file holds (RssAnon), in bytes.
_USED = """
import json, os, socket, sys
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

def heap(process):
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(sys.argv[1].replace("@", "\\0").format(process))
        except ConnectionRefusedError:
            return 0  # it is not Python
        return int(b"".join(iter(lambda: probe.recv(100), b"")))

used = {"heap": 0, "memory": 0, "threads": 0, "descriptors": 0}
for process, status in statuses.items():
    if not belongs(process) or "RssAnon" not in status:
        continue
    try:
        used["heap"] += heap(process)
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


@contextmanager
def measured(
    stack: ComposeStack,
    service: str,
    folder: Path,
    *,
    name: str,
    port: int,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Sidecar]:
    """A sidecar of ``service`` whose heap can be read, and that nobody else asks.

    Args:
        folder: an empty one, which every user may read.

    Raises:
        HarnessError: it did not start or does not answer.
    """
    folder.chmod(0o755)
    program = folder / "sitecustomize.py"
    program.write_text(Path(heap_probe.__file__).read_text())
    program.chmod(0o644)
    probe = {"PYTHONPATH": PROBE_DIR, "PYTHONMALLOC": "malloc"}
    with running_sidecar(
        stack,
        service,
        name=name,
        port=port,
        volumes={folder: PROBE_DIR},
        variables={**(variables or {}), **probe},
    ) as sidecar:
        yield sidecar


def used_by(container: str) -> dict[str, int]:
    """What the processes of a :func:`measured` container hold now."""
    socket = heap_probe.SOCKET.replace("\0", "@")  # a command holds no null
    # Isolated: this process is to have no probe of its own.
    found: dict[str, int] = json.loads(docker("exec", container, "python", "-Ic", _USED, socket))
    assert min(found.values()) > 0, f"the processes of {container} cannot be looked into: {found}"
    return found


def growth(container: str, do: Callable[[int], None], count: int) -> dict[str, Growth]:
    """How what ``container`` holds grows while ``do`` is called with 0, 1, 2 and so on.

    Args:
        container: that of :func:`measured`.
        count: of calls between two samples; the first ten such lots only warm up.
    """
    from scipy.stats import theilslopes

    taken: list[dict[str, int]] = []
    for lot in range(WARM_UP + SAMPLES):
        for number in range(count):
            do(lot * count + number)
        if lot >= WARM_UP:
            taken.append(used_by(container))
    done = [count * place for place in range(len(taken))]
    grown = {}
    for kind in KINDS:
        samples = tuple(sample[kind] for sample in taken)
        found = theilslopes(samples, done, alpha=CONFIDENCE)
        grown[kind] = Growth(
            float(found.slope), float(found.low_slope), float(found.high_slope), samples
        )
    return grown


def growth_beyond(
    taken: Sequence[Mapping[str, int]], done: Sequence[int], held: Sequence[int]
) -> dict[str, Growth]:
    """How what was taken grows with what was done, beyond what is held for a while on purpose.

    Least squares with both as causes. Without memory: what is given back stays with the process.

    Args:
        taken: samples of :func:`used_by`.
        done: how much had been done at each of them.
        held: how many of those things were held then, and will be let go.
    """
    import numpy as np
    from scipy.stats import t

    causes = np.column_stack([np.ones(len(done)), done, held])
    # Where visits are slow, as many are held at each sample: then there is no inverse.
    inverse = np.linalg.pinv(causes.T @ causes)
    freedom = len(done) - causes.shape[1]
    grown = {}
    for kind in ("heap", "threads", "descriptors"):
        samples = np.array([sample[kind] for sample in taken], dtype=float)
        found = inverse @ causes.T @ samples
        rest = samples - causes @ found
        error = np.sqrt(rest @ rest / freedom * inverse[1, 1])
        margin = float(t.ppf((1 + CONFIDENCE) / 2, freedom) * error)
        slope = float(found[1])
        grown[kind] = Growth(
            slope, slope - margin, slope + margin, tuple(sample[kind] for sample in taken)
        )
    return grown
