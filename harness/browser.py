"""The browser: pytest-playwright's fixtures, made to work with the Chromium that there is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.display import virtual_display
from harness.errors import HarnessError
from harness.fixtures import stops_the_run
from harness.form import PriceForm
from harness.outcomes import BROWSER
from harness.run import RUN
from harness.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

__all__ = ["browser_type_launch_args", "context", "delete_output_dir", "form"]

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Draws pages and has no window around them, for half of the processor's time.
HEADLESS_NAME = "chromium-headless-shell"
FILES = "**/static/**"  # what a page consists of; its data goes the browser's own way
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


@pytest.fixture
def context(
    context: BrowserContext, request: pytest.FixtureRequest, output_path: str
) -> Iterator[BrowserContext]:
    """pytest-playwright's context, safe from other networks, with the trace of a failure kept."""
    request.node.user_properties.append((BROWSER, output_path))
    # Chromium drops every request under way when a network appears on the machine or goes, as with
    # each `docker compose up` and `down` of anybody. Of the many files of a page some are then
    # missing, and the page stays broken. Playwright fetches them without that.
    # Asked again, as a browser does by itself, where the server closed a kept connection meanwhile.
    context.route(FILES, lambda route: route.fulfill(response=route.fetch(max_retries=2)))
    # Each step, request and console line, without the page around it: to save that too, as
    # Playwright's own option does, takes the browser more time than the test itself.
    ours = request.config.getoption("--tracing") == "off"
    if ours:
        context.tracing.start(sources=True)
    yield context
    if ours and _failed(request.node):
        context.tracing.stop(path=Path(output_path) / "trace.zip")
    context.unroute_all(behavior="ignoreErrors")


@pytest.fixture
def form(page: Page, stack: Stack) -> PriceForm:
    """The form of :func:`stack`, open in a fresh page."""
    return PriceForm(page, stack.ui).open()


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
