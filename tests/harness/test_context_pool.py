"""The pool of browser contexts that tests take turns on, in a real browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.browser.context_pool import ContextPool
from tests.houses.form import PriceForm

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
HOME = os.environ.get("HOME")
LEAVE = """() => {
    localStorage.left = sessionStorage.left = "something";
    document.cookie = "left=something";
}"""
LOOK = "() => [localStorage.left, sessionStorage.left, document.cookie]"
PAGE = b"<script>console.error('complained'); throw new Error('thrown')</script>"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def context_pool(browser: Browser) -> ContextPool:
    return ContextPool(browser)


def test_nothing_of_a_test_is_left_in_the_context_that_the_next_gets(
    context_pool: ContextPool, address: str
) -> None:
    with context_pool.context({}) as first:
        first.pages[0].goto(address)
        first.pages[0].evaluate(LEAVE)
        first.new_page()

    with context_pool.context({}) as second:
        [page] = second.pages
        assert second is first, "it is not the same context"
        assert page.url == "about:blank"
        assert page.console_messages(filter="all") == []
        assert page.page_errors(filter="all") == []
        page.goto(address)
        assert page.evaluate(LOOK) == [None, None, ""]


def test_two_contexts_at_once_are_two_and_each_has_the_size_that_was_asked_for(
    context_pool: ContextPool,
) -> None:
    small = {"viewport": {"width": 390, "height": 844}}

    def width(context: BrowserContext) -> int:
        found: int = context.pages[0].evaluate("innerWidth")
        return found

    with context_pool.context(small) as one, context_pool.context({}) as other:
        assert one is not other
        assert (width(one), width(other)) == (390, 1280)


def test_what_a_page_complains_of_is_an_error_of_the_form(
    context_pool: ContextPool, address: str
) -> None:
    with context_pool.context({}) as context:
        form = PriceForm(context.pages[0], address)
        form.page.goto(address)

        complained, thrown = form.errors

    assert "complained" in complained
    assert "thrown" in thrown


SAME_PAGE = """
import pytest

@pytest.fixture(scope="session")
def browser_context_args():
    return {"viewport": {"width": 390, "height": 844}}

PAGE = "data:text/html,<p>left"

@pytest.mark.same_page
def test_leaves(page):
    page.goto(PAGE)

def test_has_its_own(page):
    assert page.url == "about:blank"

@pytest.mark.same_page
def test_goes_on_and_fails(page):
    assert page.url != PAGE

@pytest.mark.same_page
def test_does_not_go_on_with_what_failed(page):
    assert page.url == "about:blank"
    assert page.viewport_size["width"] == page.evaluate("innerWidth") == 390

@pytest.mark.same_page
def test_crashes(page):
    page.goto("chrome://crash")

@pytest.mark.same_page
def test_does_not_go_on_with_what_crashed(page):
    page.goto(PAGE)
    assert page.inner_text("p") == "left"
"""


def test_tests_go_on_with_the_same_page_until_one_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    if HOME is not None:
        monkeypatch.setenv("HOME", HOME)  # pytester has another, without Playwright's browsers
    pytester.makeini("[pytest]\naddopts = --strict-markers -p no:schemathesis")
    pytester.makeconftest('pytest_plugins = ["harness.plugin"]')
    pytester.makepyfile(SAME_PAGE)

    result = pytester.runpytest_subprocess("--output", "saved")

    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["E*AssertionError: assert 'data:text/html*"])
    saved = [file.name for file in pytester.path.glob("saved/*/*")]
    pictures = ["test-failed-1.png", "test-failed-1.txt"]
    assert sorted(saved) == [*pictures, "trace.zip", "trace.zip"]
