"""Deque's axe, the common scanner for WCAG faults, run inside a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAVE = ("serious", "critical")


def grave_faults(page: Page) -> list[str]:
    """Serious and critical findings in ``page`` as it stands: rule, advice and element, each."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{found['id']} ({found['impact']}): {found['help']}: {node['html']}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]
