"""A pool of browser contexts that tests use one after the other, each cleaned when it comes back.

A page that is opened again costs half of what it costs in a fresh browser context, where Chromium
compiles all of its code anew; and most of what a browser test does is opening its page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

NOWHERE = "about:blank"
PICTURE_TIMEOUT_S = 30.0
"""A page that hangs can have no picture."""
SIZE: ViewportSize = {"width": 1280, "height": 720}  # Playwright's own
_FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"


class ContextPool:
    """The contexts of one browser.

    Args:
        browser: Playwright's; whoever made it closes it, and all contexts with it.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[str, list[BrowserContext]] = {}
        self._in_use: list[BrowserContext] = []

    @contextmanager
    def context(self, options: Mapping[str, Any]) -> Iterator[BrowserContext]:
        """A browser context with one empty page, for nobody else until the block ends.

        Args:
            options: of ``browser.new_context``.
        """
        others = {key: value for key, value in options.items() if key != "viewport"}
        idle = self._idle.setdefault(json.dumps(others, sort_keys=True, default=str), [])
        context = idle.pop() if idle else self._new(others)
        resize(context, options)
        # Each step, request and console line, without the page around it: to save that too, as
        # Playwright's own option does, takes the browser more time than the test itself.
        context.tracing.start_chunk()
        self._in_use.append(context)
        yield context
        self._in_use.remove(context)
        context.tracing.stop_chunk()
        if self._clean(context):
            idle.append(context)
        else:
            context.close()

    def has(self, context: BrowserContext) -> bool:
        """Whether ``context`` is of this pool, so that its trace can be saved."""
        return context in self._in_use

    def _new(self, options: Mapping[str, Any]) -> BrowserContext:
        context = self._browser.new_context(**options)
        context.tracing.start(sources=True)
        context.tracing.stop_chunk()
        context.new_page()
        return context

    @staticmethod
    def _clean(context: BrowserContext) -> bool:
        """Leaves nothing of a test behind but the browser's cache; False where that fails."""
        from playwright.sync_api import Error

        pages = context.pages
        if not pages:  # the test closed it
            return False
        for other in pages[1:]:
            other.close()
        [page] = context.pages
        try:
            page.evaluate(_FORGET)  # of the site that is open: tests open one
            page.goto(NOWHERE)
        except Error:  # it crashed, or shows an error of the browser's own
            return False
        page.clear_console_messages()
        page.clear_page_errors()
        context.unroute_all(behavior="ignoreErrors")
        context.clear_cookies()
        context.clear_permissions()
        return True


def save(context: BrowserContext, folder: Path) -> None:
    """Saves what helps to understand a failure: how each page looks now, and the trace so far."""
    from playwright.sync_api import Error

    folder.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(context.pages, start=1):
        try:
            page.screenshot(
                path=folder / f"test-failed-{number}.png", timeout=1000 * PICTURE_TIMEOUT_S
            )
        except Error as error:  # the trace tells why
            (folder / f"test-failed-{number}.txt").write_text(str(error))
    context.tracing.stop_chunk(path=folder / "trace.zip")
    context.tracing.start_chunk()


def resize(context: BrowserContext, options: Mapping[str, Any]) -> None:
    """Gives the page of ``context`` the size that ``options`` of ``browser.new_context`` ask for.

    A page that is opened later has Playwright's own size again: one context serves all sizes.
    """
    page_of(context).set_viewport_size(options.get("viewport", SIZE))


def page_of(context: BrowserContext) -> Page:
    """The page that is there already, or a new one where there is none."""
    return context.pages[0] if context.pages else context.new_page()
