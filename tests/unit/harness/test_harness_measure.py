"""What a boot took: its figures, on their way to the process that reports them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.stack.measure import Laps, ServiceFigures, StackFigures, measurements
from harness.stack.usage import epoch, healthy_at, in_bytes

WEB = ServiceFigures(
    service="web",
    started_at=1002.0,
    healthy_at=1004.0,
    restarts=0,
    memory_bytes=None,
    memory_limit_bytes=2**30,
    image_id="sha256:1",
    image_tags=["web:latest"],
    image_bytes=10**8,
    image_created="2026-01-01T00:00:00Z",
    image_labels={},
)
STACK = StackFigures(
    name="test-1",
    role="shared",
    begun_at=1000.0,
    preflight=0.5,
    build=1.0,
    start=3.0,
    up_at=1005.0,
    reused=False,
    kept=False,
    services=[WEB, replace(WEB, service="form", healthy_at=None)],
)


def test_figures_reach_another_process_oldest_first(tmp_path: Path) -> None:
    later = replace(STACK, name="another", begun_at=2000.0)
    later.save(tmp_path)
    STACK.save(tmp_path)

    assert measurements(tmp_path) == [STACK, later]


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (STACK, "was up after 5 s (web 4 s)"),
        (replace(STACK, services=[]), "was up after 5 s"),
        (replace(STACK, reused=True), "was up from an earlier run, ready after 5 s"),
        (replace(STACK, up_at=None), "did not come up"),
    ],
)
def test_a_boot_is_told_in_a_few_words(figures: StackFigures, told: str) -> None:
    assert figures.told() == told


def test_a_service_took_from_its_start_until_it_was_healthy() -> None:
    web, form = STACK.services

    assert web.seconds_to_healthy == 2.0
    assert form.seconds_to_healthy is None


def test_a_lap_that_failed_is_measured_and_one_that_did_not_take_place_took_nothing() -> None:
    laps = Laps()
    with pytest.raises(ZeroDivisionError), laps.of("build"):
        _ = 1 / 0

    assert laps["build"] > 0
    assert laps["start"] == 0


@pytest.mark.parametrize(
    ("shown", "bytes_"),
    [("53.84MiB / 1GiB", 56455332), ("1.5GiB / 2GiB", 1610612736), ("0B / 0B", 0), ("--", 0)],
)
def test_memory_is_read_as_the_engine_shows_it(shown: str, bytes_: int) -> None:
    assert in_bytes(shown) == bytes_


def inspected(*probes: tuple[str, int]) -> dict[str, Any]:
    log = [{"End": end, "ExitCode": code} for end, code in probes]
    return {"State": {"StartedAt": "2026-01-01T10:00:00.5Z", "Health": {"Log": log}}}


@pytest.mark.parametrize(
    ("probes", "at"),
    [
        ([("2026-01-01T10:00:01Z", 1), ("2026-01-01T10:00:02.123456789Z", 0)], 2.123456),
        # Probes of the time before a restart are remembered.
        ([("2026-01-01T10:00:00Z", 0), ("2026-01-01T12:00:03+02:00", 0)], 3.0),
        ([("2026-01-01T10:00:01Z", 1)], None),
    ],
)
def test_a_service_is_healthy_when_its_first_probe_since_the_start_succeeds(
    probes: list[tuple[str, int]], at: float | None
) -> None:
    begin = epoch("2026-01-01T10:00:00Z")

    found = healthy_at(inspected(*probes))

    assert found == (None if at is None else pytest.approx(begin + at))
