"""The API against its own OpenAPI document, by Schemathesis with all of its checks.

By its command: only that goes through all of its phases. Its pytest plugin reaches for what pytest
9.2 no longer has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.verdict.checks import Figures
from harness.wire import HANG_TIMEOUT_S
from tests.houses.api import PriceApi

EXAMPLES = 25  # an address, besides those that go through every keyword of the document
END_TIMEOUT_S = 900.0
"""It only ends a hang, as the limit of each answer does."""
LINE = 300  # characters: a request of a full batch is half a megabyte
# Deterministic: the requests are those of the run before.
OPTIONS = (
    "--checks=all --phases=examples,coverage,fuzzing --generation-deterministic "
    f"--max-examples={EXAMPLES} --continue-on-failure --suppress-health-check=too_slow "
    f"--request-timeout={HANG_TIMEOUT_S} --no-color --report=json"
).split()
OTHER_TYPES = 5  # of the six that JSON has


def cases(one: Mapping[str, Any]) -> int:
    """How many requests differ from a good one by this input alone, and ask something else.

    It is missing, it has each wrong type, and besides that it is each choice but the one of the
    good request and one that there is not, or both ends of its range and a number beyond each, or
    the other of yes and no.
    """
    match one["kind"]:
        case "choice":
            values = len(one["choices"])
        case "yes_no":
            values = 1
        case _:
            values = 4
    return 1 + OTHER_TYPES + values


@pytest.mark.check("input.schemathesis")
def test_every_address_does_what_its_documentation_says(
    api: PriceApi, figure: Figures, tmp_path: Path
) -> None:
    posted = [path for path, verbs in api.openapi()["paths"].items() if "post" in verbs]
    wanted = len(posted) * (EXAMPLES + sum(map(cases, api.schema()["inputs"])))
    report = tmp_path / "report.json"
    command = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [command, "run", f"{api.address}/openapi.json", *OPTIONS, f"--report-json-path={report}"],
        cwd=tmp_path,  # where it keeps files of its own
        env={**os.environ, "NO_PROXY": "127.0.0.1,localhost"},
        capture_output=True,
        text=True,
        timeout=END_TIMEOUT_S,
    )
    said = "\n".join(line[:LINE] for line in (done.stdout + done.stderr).splitlines())

    assert done.returncode == 0, said
    found = json.loads(report.read_bytes())
    assert found["complete"], said
    assert found["operations"]["tested"] == found["operations"]["total"]
    phases = {name: phase["status"] for name, phase in found["phases"].items()}
    assert phases == {**dict.fromkeys(phases, "success"), "stateful": "skip"}
    assert found["errors"] == found["failures"] == []
    figure("addresses", found["operations"]["tested"], at_least=len(api.openapi()["paths"]))
    figure("requests", found["test_cases"]["generated"], at_least=wanted)
