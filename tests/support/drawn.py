"""Every state of every page in a real browser, without a server: drawn by the theme, put into one page that stays open.

A window keeps its globals while documents are written into it, so a tool such as axe is loaded once for all of them.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, Route

from idp.theme.language import CODES
from idp.theme.render import Theme
from idp.theme.samples import PAGES, Sample

ORIGIN = "http://gerbang.test"


def states(template: str) -> Iterator[tuple[Sample, str]]:
    """Each state of a page in each language."""
    return ((sample, code) for sample in PAGES if sample.template == template for code in CODES)


def html(theme: Theme, sample: Sample, code: str) -> str:
    """The page as people get it; what sends itself stays where it is."""
    page = theme.render(sample.template, theme.language(code), **sample.context).decode()
    return page.replace("document.forms[0].submit()", "")


@asynccontextmanager
async def canvas(chromium: Browser, theme: Theme, **options: Any) -> AsyncIterator[Page]:
    """A page into which documents of `theme` can be set; `options` are those of a browser context."""
    context = await chromium.new_context(**{"viewport": {"width": 320, "height": 640}, **options})
    page = await context.new_page()

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path == theme.puzzle_path:  # it would solve its puzzle and leave
            await route.fulfill(body="", content_type="text/javascript")
        elif asset := theme.assets.get(path):
            await route.fulfill(body=asset.body, content_type=asset.media_type)
        elif path == "/":
            await route.fulfill(body="<!doctype html><title>.</title>", content_type="text/html")
        else:  # somebody's picture
            await route.fulfill(body=b"<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml")

    await page.route("**/*", answer)
    await page.goto(f"{ORIGIN}/")
    try:
        yield page
    finally:
        await context.close()
