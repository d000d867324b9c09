"""Deque's axe, the common scanner for WCAG faults, run inside a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAVE = ("serious", "critical")
_HEIGHT = """() => {
    const everything = [...document.querySelectorAll("*")];
    return Math.max(...everything.map(element => element.scrollHeight));
}"""


def grave_faults(page: Page) -> list[str]:
    """Serious and critical findings in ``page`` as it stands: rule, advice and element, each."""
    from axe_playwright_python.sync_playwright import Axe

    size = page.viewport_size
    assert size is not None
    # axe passes by what is scrolled out of sight.
    page.set_viewport_size({"width": size["width"], "height": page.evaluate(_HEIGHT)})
    response = Axe().run(page).response
    page.set_viewport_size(size)
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: {node['html']}"
        for found in response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]
