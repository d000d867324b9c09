"""The browser: pytest-playwright's fixtures, made to work with the Chromium that there is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.browser.context_pool import ContextPool, page_of, resize, save
from harness.browser.display import virtual_display
from harness.errors import HarnessError
from harness.fixtures import stops_the_run
from harness.run import RUN
from harness.verdict.outcomes import BROWSER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

__all__ = [
    "browser_type_launch_args",
    "context",
    "context_pool",
    "delete_output_dir",
    "lasting_context",
    "page",
    "pooled_context",
]

SAME_PAGE = "same_page"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Draws pages and has no window around them, for half of the processor's time.
HEADLESS_NAME = "chromium-headless-shell"
# Nothing in a test may depend on what a browser fetches by itself.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session", autouse=True)
def delete_output_dir() -> None:
    """pytest-playwright deletes --output once a process, and with it what other workers saved."""


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any],
    browser_name: str,
    playwright: Playwright,
    request: pytest.FixtureRequest,
    once_per_run: Callable[[str, Callable[[], None]], None],
) -> Iterator[dict[str, Any]]:
    """pytest-playwright's options, plus a browser and a display where its own are missing."""
    once_per_run("output-emptied", lambda: _empty_output(request.config))
    options = dict(browser_type_launch_args)
    if browser_name != "chromium":
        yield options
        return
    options["args"] = [*options.get("args", []), *QUIET]
    headless = options.get("headless", True)
    with stops_the_run(request.session):
        if "channel" not in options and not _has_own(playwright):
            options["executable_path"] = _of_the_system(headless=headless)
        if headless:
            yield options
        else:
            with virtual_display() as display:
                yield {**options, "env": {**os.environ, **display}}


@pytest.fixture(scope="session")
def context_pool(browser: Browser) -> ContextPool:
    """The browser contexts of this process."""
    return ContextPool(browser)


@pytest.fixture(scope="session")
def lasting_context(
    context_pool: ContextPool, browser_context_args: dict[str, Any]
) -> Iterator[BrowserContext]:
    """The context of all tests marked ``same_page`` in this process."""
    with context_pool.context(browser_context_args) as lent:
        yield lent


@pytest.fixture
def pooled_context(request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A context without traces of another test; with ``same_page``, as the last such test left it.

    Where pytest-playwright is asked to film, or for another browser, it is a new one of its own.
    """
    ask = request.getfixturevalue
    filmed = [
        request.config.getoption(option) for option in ("--tracing", "--video", "--screenshot")
    ]
    if set(filmed) != {"off"} or ask("browser_name") != "chromium":
        yield ask("new_context")()
        return
    marker = request.node.get_closest_marker("browser_context_args")
    if request.node.get_closest_marker(SAME_PAGE):
        assert marker is None, "a page that tests share has one size: drop one of the two markers"
        lasting = ask("lasting_context")
        lasting.tracing.stop_chunk()  # of the test before
        lasting.tracing.start_chunk()
        yield lasting
        return
    options = {**ask("browser_context_args"), **(marker.kwargs if marker else {})}
    with ask("context_pool").context(options) as lent:
        yield lent


@pytest.fixture
def context(
    request: pytest.FixtureRequest,
    output_path: str,
    context_pool: ContextPool,
    pooled_context: BrowserContext,
) -> Iterator[BrowserContext]:
    """Playwright's context of :func:`pooled_context`. What is seen of a failure is kept."""
    request.node.user_properties.append((BROWSER, output_path))
    yield pooled_context
    if _failed(request.node) and context_pool.has(pooled_context):
        save(pooled_context, Path(output_path))
        if request.node.get_closest_marker(SAME_PAGE):
            for opened in pooled_context.pages:  # the next test must not go on with what failed
                opened.close()
            resize(pooled_context, request.getfixturevalue("browser_context_args"))


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return page_of(context)


def _empty_output(config: pytest.Config) -> None:
    """Deletes what the run before saved, but no other folder that a person may have named."""
    output = Path(config.getoption("--output")).absolute()
    if output == config.stash[RUN].results / "browser":
        shutil.rmtree(output, ignore_errors=True)


def _failed(item: pytest.Item) -> bool:
    """Whether the test failed so far, by the reports that pytest-playwright keeps on it."""
    reports = (getattr(item, f"rep_{when}", None) for when in ("setup", "call"))
    return any(report is not None and report.failed for report in reports)


def _has_own(playwright: Playwright) -> bool:
    own = Path(playwright.chromium.executable_path)
    # `playwright install --only-shell` brings no more than what runs without a window.
    return own.exists() or any(own.parents[2].glob("chromium_headless_shell-*"))


def _of_the_system(*, headless: bool) -> str:
    for name in (HEADLESS_NAME, *SYSTEM_NAMES) if headless else SYSTEM_NAMES:
        if found := shutil.which(name):
            return found
    raise HarnessError(
        "there is no Chromium. Fix: setup/browser.sh on Debian and Ubuntu, "
        "`playwright install chromium` elsewhere."
    )
