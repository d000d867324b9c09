"""``--gate`` against an MLflow that is made up: what is written, and what is refused."""

from __future__ import annotations

import hashlib
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.verdict.checks import Check
from harness.verdict.verdict import Outcome, Result, Verdict
from harness.wire import HANG_TIMEOUT_S
from tests.houses.gate import LONGEST, TIMEOUT_S, tracker_address, write_to_model
from tests.houses.tested import facts_of
from tests.unit.harness.registry import MODEL, Registry


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "report.html").write_text("a page")
    return tmp_path / "report.html"


def verdict(*outcomes: Outcome, **model: object) -> Verdict:
    results = [
        Result(Check(f"boot.{n}", "boot", "It holds"), f"test_{n}", outcome, message="x" * 400)
        for n, outcome in enumerate(outcomes)
    ]
    tested = {"model": {**MODEL, **model}, "commit": {"id": "c0ffee", "dirty": True}}
    return Verdict(started=0.0, seconds=1.0, results=results, tested=tested)


def test_a_yes_is_written_with_what_it_stands_on(registry: Registry, page: Path) -> None:
    said = write_to_model(verdict("passed", "passed"), page, registry.address)

    assert said == f"gate.verdict=yes is written on house-price version 1 at {registry.address}"
    assert registry.tags == {
        "gate.verdict": "yes",
        "gate.at": "1970-01-01T00:00:00+00:00",
        "gate.commit": "c0ffee+changes",
        "gate.checks": "2 of 2",
        "gate.missing": "0",
        "gate.left_out": "0",
        "gate.deselected": "0",
        "gate.report": f"sha256:{hashlib.sha256(b'a page').hexdigest()}",
        "gate.reasons": "none",
    }


def test_a_no_is_written_with_reasons_that_mlflow_takes(registry: Registry, page: Path) -> None:
    red: list[Outcome] = ["failed"] * 50
    write_to_model(verdict("passed", *red), page, registry.address)

    assert registry.tags["gate.verdict"] == "no"
    assert registry.tags["gate.checks"] == "1 of 51"
    assert registry.tags["gate.reasons"].startswith("boot.1: failed: xxx")
    assert len(registry.tags["gate.reasons"]) == LONGEST


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_a_write_that_breaks_off_never_leaves_a_yes(
    registry: Registry, page: Path, outcome: Outcome
) -> None:
    registry.breaks_after = 3

    with pytest.raises(HarnessError, match="does not take the verdict on house-price version 1"):
        write_to_model(verdict(outcome), page, registry.address)

    assert registry.tags.get("gate.verdict") == {"passed": None, "failed": "no"}[outcome]


@pytest.mark.parametrize(
    ("champion", "said"),
    [
        ("9", "version 1 is served, but the champion at http.* is version 9. Fix: serve that one"),
        (None, "house-price version 1 is served, and http.* has no champion .*404"),
    ],
)
def test_a_yes_is_for_the_champion_only(
    registry: Registry, page: Path, champion: str | None, said: str
) -> None:
    registry.champion = champion

    with pytest.raises(HarnessError, match=f"no yes is written: .*{said}"):
        write_to_model(verdict("passed"), page, registry.address)

    assert registry.tags == {}


def test_a_no_is_written_whoever_the_champion_is(registry: Registry, page: Path) -> None:
    registry.champion = "9"

    write_to_model(verdict("failed"), page, registry.address)

    assert registry.tags["gate.verdict"] == "no"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"run_id": "other"}, "is of run abc, but what was tested is of run other. Fix: name"),
        ({"version": "2"}, "does not take the verdict on house-price version 2 .*404.* Fix: name"),
        ({"version": None}, "is in no registry. Fix: train it with MLflow up"),
        ({"missing": "no stack was tested"}, "is not known .no stack was tested.. Fix: choose"),
    ],
)
def test_another_version_than_was_tested_is_never_written_to(
    registry: Registry, page: Path, model: dict[str, Any], said: str
) -> None:
    with pytest.raises(HarnessError, match=said):
        write_to_model(verdict("passed", **model), page, registry.address)

    assert registry.tags == {}


def test_a_run_without_a_stack_has_no_model_to_write_to(registry: Registry, page: Path) -> None:
    with pytest.raises(HarnessError, match="no stack was tested"):
        write_to_model(replace(verdict("passed"), tested={}), page, registry.address)


@pytest.mark.parametrize("listens", [True, False])
def test_a_silent_mlflow_is_named_with_the_fix_and_not_waited_for(
    page: Path, listens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the time that this question has, which is not that in which the client calls it a hang."""
    assert sum(TIMEOUT_S) <= 10, "a person waits for it"
    monkeypatch.setattr("tests.houses.gate.TIMEOUT_S", (0.2, 0.2))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        begun = time.monotonic()

        fix = f"no MLflow answers at {address} .* Fix: docker compose up -d mlflow"
        with pytest.raises(HarnessError, match=fix):
            write_to_model(verdict("passed"), page, address)

    assert time.monotonic() - begun < HANG_TIMEOUT_S


@pytest.mark.parametrize(
    ("given", "environment", "address"),
    [
        ("http://given:1", {"MLFLOW_TRACKING_URI": "http://named:2"}, "http://given:1"),
        (None, {"MLFLOW_TRACKING_URI": "http://named:2"}, "http://named:2"),
        (None, {"MLFLOW_TRACKING_URI": "sqlite:///file"}, "http://localhost:5555"),
        (None, {"MLFLOW_PORT": "5600"}, "http://localhost:5600"),
    ],
)
def test_the_mlflow_is_a_persons_own(
    monkeypatch: pytest.MonkeyPatch, given: str | None, environment: dict[str, str], address: str
) -> None:
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert tracker_address(given) == address


def test_a_run_without_a_stack_says_so_in_the_report() -> None:
    assert facts_of([]) == {
        "model": {"missing": "no stack was tested"},
        "facts": {"Model": "no stack was tested"},
    }
