"""Loading a page again where only a changed network was in the way, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Error, Page

from harness.browser.drops import DROPPED, TRIES, Drops


@dataclass
class FakePage:
    """Loads as ``fates`` say, in order: what its file failed of, or an error of the whole page."""

    fates: list[str | Error | None]
    loads: int = 0
    listeners: list[Callable[[Any], None]] = field(default_factory=list)

    def on(self, _: str, listener: Callable[[Any], None]) -> None:
        self.listeners.append(listener)

    def remove_listener(self, _: str, listener: Callable[[Any], None]) -> None:
        self.listeners.remove(listener)

    def goto(self, address: str) -> None:
        fate = self.fates[self.loads]
        self.loads += 1
        if isinstance(fate, Error):
            raise fate
        if fate is not None:
            for listener in self.listeners:
                listener(SimpleNamespace(url=f"{address}/file.js", failure=fate))


def load(page: FakePage) -> list[str]:
    with Drops(cast(Page, page)) as drops:
        drops.goto("http://form")
    assert page.listeners == []
    return drops.seen


@pytest.mark.parametrize("first", [DROPPED, Error(f"goto: {DROPPED} at http://form")])
def test_a_page_that_lost_a_file_to_a_changed_network_is_loaded_again(first: str | Error) -> None:
    page = FakePage([first, None])

    assert load(page) == []
    assert page.loads == 2


def interrupted_by(address: str) -> Error:
    navigation = 'Navigation to "http://form/" is interrupted by another navigation to'
    return Error(f'Page.goto: {navigation} "{address}"')


ERROR_PAGE = interrupted_by("chrome-error://chromewebdata/")
LOADED_AGAIN = interrupted_by("http://form/")


@pytest.mark.parametrize("late", [[ERROR_PAGE], [LOADED_AGAIN], [ERROR_PAGE, LOADED_AGAIN]])
def test_what_the_browser_loads_after_a_changed_network_ends_no_load(late: list[Error]) -> None:
    page = FakePage([Error(DROPPED), *late, None])

    load(page)

    assert page.loads == 2 + len(late)


@pytest.mark.parametrize("late", [ERROR_PAGE, LOADED_AGAIN])
def test_what_ends_a_load_and_follows_nothing_is_told(late: Error) -> None:
    with pytest.raises(Error, match="interrupted"):
        load(FakePage([late]))


def test_a_file_that_is_missing_for_another_reason_is_not_asked_for_again() -> None:
    page = FakePage(["net::ERR_CONNECTION_REFUSED"])

    load(page)

    assert page.loads == 1


def test_another_error_of_the_page_is_told_at_once() -> None:
    with pytest.raises(Error, match="REFUSED"):
        load(FakePage([Error("net::ERR_CONNECTION_REFUSED")]))


def test_a_network_that_never_rests_is_told_in_the_end() -> None:
    with pytest.raises(Error, match="NETWORK_CHANGED"):
        load(FakePage([Error(DROPPED)] * TRIES))
