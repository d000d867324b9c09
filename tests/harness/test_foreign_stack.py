"""The plugin alone, on a compose file that has nothing to do with this project: a web page that
counts its visits in a store. It is booted, broken and judged by a pytest of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.harness.clone import things_of

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.containers

ROOT = Path(__file__).resolve().parents[2]

STORE = """
import socketserver

class Count(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.visits += 1
        self.wfile.write(b"%d" % self.server.visits)

server = socketserver.ThreadingTCPServer(("", 7000), Count)
server.visits = 0
server.serve_forever()
"""
WEB = """
import http.server, socket

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            with socket.create_connection(("store", 7000), timeout=2) as store:
                status, body = 200, store.recv(100)
        except OSError:
            status, body = 503, b"the store does not answer"
        self.send_response(status if body else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("", 80), Page).serve_forever()
"""
PROBE = "import socket; socket.create_connection(('127.0.0.1', 80), timeout=2)"
SERVICES: dict[str, Any] = {
    "web": {
        "image": "python:3.13-slim",
        "command": ["python", "-c", WEB],
        "init": True,
        "ports": ["8080:80"],  # fixed: a stack for tests must not take it from a person's
        "healthcheck": {
            "test": ["CMD", "python", "-c", PROBE],
            "start_period": "180s",
            "start_interval": "500ms",
        },
    },
    # Neither a port nor a healthcheck.
    "store": {
        "image": "python:3.13-slim",
        "command": ["python", "-c", STORE],
        "init": True,
        "stop_grace_period": "1s",
        "restart": "unless-stopped",
    },
}

TESTS = """
import pytest
import requests
from harness.stack.wait import probe, wait_until
from harness.wire import HANG_TIMEOUT_S

def wait_until_it_counts(address):
    wait_until(probe(address), what="web counts", hint="docker compose logs web")

@pytest.mark.check("shop.visits")
def test_each_visit_is_counted(stack):
    address = stack.url("web")
    assert not address.endswith(":8080")
    wait_until_it_counts(address)  # the store has no healthcheck to wait for
    first, second = (int(requests.get(address, timeout=HANG_TIMEOUT_S).text) for _ in range(2))
    assert second == first + 1

@pytest.mark.destructive
@pytest.mark.parametrize("fault", ["stop", "pause", "cut_off"])
@pytest.mark.check("shop.outage")
def test_the_page_says_that_the_store_is_out(breakable_stack, fault):
    address = breakable_stack.url("web")
    wait_until_it_counts(address)
    getattr(breakable_stack, fault)("store")
    assert requests.get(address, timeout=HANG_TIMEOUT_S).status_code == 503

@pytest.mark.destructive
@pytest.mark.check("shop.crash")
def test_a_store_that_crashed_is_started_again(breakable_stack):
    address = breakable_stack.url("web")
    wait_until_it_counts(address)
    breakable_stack.crash("store")
    breakable_stack.wait_until_restarted("store")
    wait_until_it_counts(address)
"""


class Shop:
    """A folder with the compose file, the tests and the plugin, and nothing else."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pytester = pytester
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        pytester.makeini("[pytest]\naddopts = --strict-markers")
        pytester.makeconftest('pytest_plugins = ["harness.plugin"]')
        pytester.makepyfile(TESTS)

    def judge(self, *options: str, **store: str) -> tuple[pytest.RunResult, dict[str, Any]]:
        """A run and its verdict; ``store`` is what its service has instead."""
        services = {**SERVICES, "store": {**SERVICES["store"], **store}}
        (self._pytester.path / "compose.yaml").write_text(json.dumps({"services": services}))
        result = self._pytester.runpytest_subprocess(*options)
        verdict = json.loads((self._pytester.path / "test-results/verdict.json").read_text())
        for stack in verdict["boot"]:
            assert things_of(stack["name"]) == {}
        return result, verdict


@pytest.fixture
def shop(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(pytester, monkeypatch)


def test_a_stack_of_which_the_harness_knows_nothing_is_booted_broken_and_judged(
    shop: Shop,
) -> None:
    result, verdict = shop.judge()

    result.assert_outcomes(passed=5)
    assert (verdict["verdict"], verdict["reasons"]) == ("yes", [])
    assert verdict["counts"]["passed"] == 5
    assert {stack["role"] for stack in verdict["boot"]} == {"breakable", "shared"}
    for stack in verdict["boot"]:
        assert {service["service"] for service in stack["services"]} == {"web", "store"}
    assert set(verdict["tested"]["images"]) == {"store", "web"}


def test_a_fault_that_the_stack_does_not_survive_is_a_no_that_names_the_check(shop: Shop) -> None:
    result, verdict = shop.judge("--check", "shop.crash", restart="no")

    result.assert_outcomes(failed=1, deselected=4)
    assert verdict["verdict"] == "no"
    [reason] = verdict["reasons"]
    assert reason.startswith("shop.crash: failed: ")
    assert "store is exited with exit code 137" in reason
