"""A stack that runs elsewhere and serves another version than the champion gets a no, whichever way
it is asked: by the check of it, and by ``--gate``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.unit.harness.registry import MODEL, Registry, answering

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[3]
CONFTEST = """
pytest_plugins = ["harness.plugin", "tests.houses.plugin"]
from tests.integration.conftest import registered_api
"""
SERVED = {
    **MODEL, "dataset": "flats", "data_sha256": "0", "git_commit": "c0ffee",
    "trained_at": "2026-01-01T00:00:00+00:00",
}  # fmt: skip
Judge = Callable[..., tuple[int, dict[str, Any]]]


class Api(BaseHTTPRequestHandler):
    """Tells which model it serves, whatever it is asked; another one once it was asked for that."""

    served = SERVED

    def do_GET(self) -> None:
        if self.path == "/train":
            type(self).served = {**SERVED, "version": "2", "run_id": "later"}
        content = json.dumps(self.served).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[str]:
    Api.served = SERVED
    with answering(Api) as address:
        yield address


@pytest.fixture
def judge(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, api: str, registry: Registry
) -> Judge:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.address)
    pytester.makeconftest(CONFTEST)
    check = (ROOT / "tests/integration/test_champion.py").read_text()
    pytester.makepyfile(test_champion=check, test_else="def test_else(api): assert api.is_ready()")

    def run(*options: str) -> tuple[int, dict[str, Any]]:
        result = pytester.runpytest_subprocess(f"--api-url={api}", *options)
        verdict = json.loads((pytester.path / "test-results/verdict.json").read_text())
        return int(result.ret), verdict

    return run


@pytest.mark.parametrize(("champion", "word"), [("1", "yes"), ("9", "no")])
def test_the_check_compares_what_the_given_stack_serves(
    judge: Judge, registry: Registry, champion: str, word: str
) -> None:
    registry.champion = champion

    chosen = "--check", "tracking.champion-served"
    code, verdict = judge(f"--mlflow-url={registry.address}", *chosen, "test_champion.py")

    assert (code == 0, verdict["verdict"]) == (word == "yes", word)
    said = "the champion is version 9, served is version 1"
    assert [said in reason for reason in verdict["reasons"]] == [True] * (word == "no")


def test_a_gate_that_asks_no_such_check_compares_them_too(judge: Judge, registry: Registry) -> None:
    registry.champion = "9"

    code, verdict = judge("--gate", "test_else.py")

    assert (code, verdict["verdict"]) == (1, "no")
    said = "house-price version 1 is served, but the champion at * is version 9. Fix: *"
    written = registry.tags["gate.reasons"].splitlines()
    for reasons in verdict["reasons"], written:
        assert [reason for reason in reasons if fnmatchcase(reason, f"run: {said}")]
    assert registry.tags["gate.verdict"] == "no"


def test_a_gate_on_the_champion_has_no_such_reason(judge: Judge, registry: Registry) -> None:
    _, verdict = judge("--gate", "test_else.py")

    assert not [reason for reason in verdict["reasons"] if "champion" in reason]


@pytest.mark.parametrize("champion", ["1", "9"])
def test_no_report_and_no_tag_holds_the_password_of_an_address(
    judge: Judge, pytester: pytest.Pytester, registry: Registry, champion: str
) -> None:
    registry.champion = champion
    address = registry.address.replace("http://", "http://me:secret@")

    judge("--gate", f"--mlflow-url={address}", "test_else.py")

    files = [file for file in (pytester.path / "test-results").rglob("*") if file.is_file()]
    assert {"verdict.json", "verdict.md", "report.html"} <= {file.name for file in files}
    assert [file.name for file in files if b"secret" in file.read_bytes()] == []
    assert registry.tags
    assert "secret" not in str(registry.tags)


@pytest.mark.parametrize("gate", [(), ("--gate",)], ids=["without --gate", "with --gate"])
def test_a_model_that_was_replaced_meanwhile_gets_no_yes(
    judge: Judge, pytester: pytest.Pytester, registry: Registry, gate: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_trains="def test_trains(api): api.get('/train')")

    code, verdict = judge(*gate, "test_trains.py")

    assert (code, verdict["verdict"]) == (1, "no")
    said = "run: the model was replaced while it was tested: version 1 of run * at first, and *"
    assert [reason for reason in verdict["reasons"] if fnmatchcase(reason, said)]
    assert registry.tags.get("gate.verdict") != "yes"
