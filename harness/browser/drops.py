"""Requests that Chromium dropped because a network appeared on this machine, or went.

That happens with each container that anybody starts or stops, and Chromium then drops every request
that waits for a connection. The page lacks some of its files and stays broken. That is no fault of
the page; a person would load it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

DROPPED = "net::ERR_NETWORK_CHANGED"
# In place of a page that was dropped, Chromium shows one of its own, and then loads the page again
# by itself. Either comes so late that it may end the next load.
INTERRUPTED = "is interrupted by another navigation to"
TRIES = 5  # networks come and go by the second while a stack boots, not by the page


class Drops:
    """Watches a page for such requests, in a ``with`` block.

    Attributes:
        seen: addresses that were dropped since the page was loaded.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.seen: list[str] = []

    def __enter__(self) -> Self:
        self._page.on("requestfailed", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._page.remove_listener("requestfailed", self._note)

    def goto(self, address: str) -> None:
        """Loads a page, and again while nothing but a changed network is in the way."""
        from playwright.sync_api import Error

        dropped = False
        for left in reversed(range(TRIES)):
            self.seen.clear()
            try:
                self._page.goto(address)
            except Error as error:
                dropped = DROPPED in str(error) or (dropped and INTERRUPTED in str(error))
                if not dropped or not left:
                    raise
            else:
                if not self.seen or not left:
                    return

    def _note(self, request: Request) -> None:
        if request.failure == DROPPED:
            self.seen.append(request.url)
