"""Every state of every page before axe (WCAG 2.2 AA and its best practice), in both languages, by day and by night, at 320 pixels.

What axe leaves open stands in test_reach.py; what only a running server shows, in tests/journeys/test_reach.py.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from idp.theme import samples
from idp.theme.lint import THEMES
from idp.theme.render import Theme
from tests.support.axe import violations
from tests.support.drawn import canvas, html, states

pytestmark = pytest.mark.anyio

TEMPLATES = sorted({sample.template for sample in samples.PAGES})
NAMES = sorted(folder.name for folder in THEMES.iterdir() if (folder / "theme.toml").exists())


@pytest.fixture(scope="module")
async def page(chromium: Chromium) -> AsyncIterator[Page]:
    async with canvas(chromium, Theme(THEMES, terms=samples.TERMS)) as opened:
        yield opened


@pytest.mark.parametrize("template", TEMPLATES)
async def test_axe_finds_nothing(page: Page, template: str) -> None:
    theme = Theme(THEMES, terms=samples.TERMS)
    found: dict[tuple[str, str, str], list[str]] = {}
    for sample, code in states(template):
        await page.set_content(html(theme, sample, code))
        await page.emulate_media(color_scheme="light")
        found[sample.title, code, "light"] = await violations(page)
        await page.emulate_media(color_scheme="dark")
        found[sample.title, code, "dark"] = await violations(page, "color-contrast")
    assert {place: problems for place, problems in found.items() if problems} == {}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "default"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_colours_of_a_theme_can_be_read(chromium: Chromium, name: str, scheme: str) -> None:
    theme, found = Theme(THEMES, name, terms=samples.TERMS), {}
    async with canvas(chromium, theme, color_scheme=scheme) as page:
        for sample in {sample.template: sample for sample in samples.PAGES}.values():
            await page.set_content(html(theme, sample, "id"))
            found[sample.title] = await violations(page, "color-contrast")
    assert {place: problems for place, problems in found.items() if problems} == {}


async def test_axe_would_tell(page: Page) -> None:
    grey = '<p style="color:#999;background:#fff">Too pale</p>'
    await page.set_content(f'<!doctype html><html><title>x</title><main><h1>x</h1><input id="a">{grey}</main>')
    assert {one.split(":")[0] for one in await violations(page)} == {"html-has-lang", "label", "color-contrast"}
