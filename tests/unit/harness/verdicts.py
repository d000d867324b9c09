"""Verdicts that are made up, and what is written of them, read again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from harness.stack.measure import ServiceFigures, StackFigures
from harness.verdict.checks import Check
from harness.verdict.verdict import LeftOut, Outcome, Result, Verdict

HOSTILE = "<script>alert(1)</script> & \"quoted\" 'too' ``` | @all \x1b[31mred\x1b[0m \x00 \ud800"
PNG = b"\x89PNG\r\n\x1a\n"


def result(number: int, outcome: Outcome, group: str = "input", said: str = "") -> Result:
    check = Check(f"{group}.number-{number}", group, f"Number {number} holds")
    return Result(check, f"test_it.py::test_{number}", outcome, message=said, started=1.0)


def stack(**changes: object) -> StackFigures:
    web = ServiceFigures(
        service="web",
        started_at=103.0,
        healthy_at=107.5,
        restarts=0,
        memory_bytes=10**6,
        memory_limit_bytes=0,
        image_id="sha256:1",
        image_tags=["web:1"],
        image_bytes=10**7,
        image_created="",
        image_labels={},
    )
    api = replace(web, service="api<b>", started_at=108.0, healthy_at=None)
    made = StackFigures(
        name="stack-1",
        role="shared",
        begun_at=100.0,
        preflight=1.0,
        build=2.0,
        start=6.0,
        up_at=109.0,
        reused=False,
        kept=False,
        services=[web, api],
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def hostile(folder: Path) -> Verdict:
    """A run of which everything that can be named contains what must be escaped."""
    (folder / "shot.png").write_bytes(PNG)
    (folder / "trace.zip").write_bytes(b"PK")
    check = Check(f"input.x[{HOSTILE}]", "input", HOSTILE)
    figure = {"name": HOSTILE, "value": 5.0, "unit": "<i>", "at_most": 4.0, "at_least": None}
    failed = Result(
        check,
        HOSTILE,
        "failed",
        message=HOSTILE,
        longrepr=HOSTILE,
        figures=[figure],
        samples=[{"name": HOSTILE, "unit": "<i>", "values": [1.0, 2.0, 3.0]}],
        sections=[(f"api, last lines during this test {HOSTILE}", HOSTILE)],
        screenshots=["shot.png"],
        trace="trace.zip",
    )
    image = {"id": "sha256:1", "tags": [HOSTILE], "size": 1, "created": "", "stand_in": HOSTILE}
    return Verdict(
        started=1.0,
        seconds=2.0,
        results=[failed, result(1, "passed")],
        left_out=[LeftOut(check, HOSTILE)],
        troubles=[HOSTILE],
        tested={
            "addresses": HOSTILE,
            "images": {HOSTILE: [image]},
            "about": HOSTILE,
            "facts": {HOSTILE: HOSTILE},
            "commit": {"id": HOSTILE, "dirty": True},
            "machine": {"os": HOSTILE, "cpus": 1, "memory": 1, "python": HOSTILE},
        },
        boot=[stack(name=HOSTILE).to_json()],
    )


def parsed(text: str) -> ElementTree.Element:
    """Fails where ``text`` is not well-formed."""
    return ElementTree.fromstring(text)  # noqa: S314  # our own
