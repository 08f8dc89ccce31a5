"""The accessibility rules of axe, run over what a page of Chromium shows."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""WCAG 2.2, levels A and AA, and what axe holds to be good practice."""

_RUN = "async rules => (await axe.run({resultTypes: ['violations'], runOnly: rules})).violations"


async def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds, one line each; it is loaded where the window does not have it yet."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = await page.evaluate(_RUN, list(rules or RULES))
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]
