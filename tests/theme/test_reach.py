"""Pages under hands and eyes of every kind: 400 % zoom, wide letters, thick fingers, colours of the system, no motion."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from idp.theme import samples
from idp.theme.lint import THEMES
from idp.theme.render import Theme
from idp.theme.samples import PAGES
from tests.support.drawn import canvas, html, states

pytestmark = pytest.mark.anyio

TEMPLATES = sorted({sample.template for sample in PAGES})
THEME = Theme(THEMES, terms=samples.TERMS)

# WCAG 2.2, 1.4.12, as a style sheet of the reader.
SPACED = """
  * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
  p { margin-bottom: 2em !important }
"""
# Whatever is wider than its place, or than the window. What only ears get is clipped on purpose.
OVERFLOWS = """() => {
  const wide = [...document.querySelectorAll("body *")].filter(one =>
    !one.closest(".unseen, svg, .skip") && !one.matches("input, textarea") && one.getClientRects().length &&
    (one.getBoundingClientRect().right > innerWidth + 1 ||
     one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline" ||
     one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible"));
  return wide.map(one => one.outerHTML.slice(0, 90)).concat(
    document.documentElement.scrollWidth > innerWidth ? ["the page itself"] : []);
}"""
# Main controls, and links that stand by themselves, take 44 pixels; links within sentences are axe's (2.5.8).
SMALL = """() => [...document.querySelectorAll("button, .button, summary, label.tick, div.tick, .back, .alone, .links a, .menu a, .rows > li > a, .way, input")]
  .filter(one => one.checkVisibility() && one.type !== "checkbox" && one.type !== "radio" && one.type !== "file")
  .filter(one => one.getBoundingClientRect().height < 43.9)
  .map(one => one.outerHTML.slice(0, 90))"""
BORDERLESS = """() => [...document.querySelectorAll("button, .button, input:not([type=hidden])")]
  .filter(one => one.checkVisibility() && one.type !== "checkbox" && one.type !== "radio")
  .filter(one => { const style = getComputedStyle(one); return style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1 })
  .map(one => one.outerHTML.slice(0, 90))"""
MOVING = """() => [...document.querySelectorAll("*")]
  .filter(one => { const style = getComputedStyle(one);
    return parseFloat(style.transitionDuration) || style.animationName !== "none" || style.scrollBehavior === "smooth" })
  .map(one => one.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
async def page(chromium: Chromium) -> AsyncIterator[Page]:
    """A window of 1280 pixels at 400 % (1.4.10)."""
    async with canvas(chromium, THEME, reduced_motion="reduce") as opened:
        yield opened


@pytest.mark.parametrize("template", TEMPLATES)
async def test_a_page_fits_whoever_reads_it(page: Page, template: str) -> None:
    found = {}
    for sample, code in states(template):
        await page.set_content(html(THEME, sample, code))
        found[sample.title, code, "at 320 pixels"] = await page.evaluate(OVERFLOWS)
        found[sample.title, code, "too small"] = await page.evaluate(SMALL)
        found[sample.title, code, "moves"] = await page.evaluate(MOVING)
        await page.add_style_tag(content=SPACED)
        found[sample.title, code, "spaced"] = await page.evaluate(OVERFLOWS)
    assert {place: problems for place, problems in found.items() if problems} == {}


async def test_letters_of_twice_the_size_fit_a_phone(chromium: Chromium) -> None:
    """A phone that was told to write large: the letters grow, the screen does not."""
    found = {}
    async with canvas(chromium, THEME) as page:
        await page.set_viewport_size({"width": 360, "height": 640})
        for sample in {sample.template: sample for sample in PAGES}.values():
            await page.set_content(html(THEME, sample, "id"))
            await page.add_style_tag(content="html { font-size: 200% }")
            found[sample.title] = await page.evaluate(OVERFLOWS)
    assert {place: problems for place, problems in found.items() if problems} == {}


async def test_buttons_and_fields_have_edges_where_colours_are_the_systems(chromium: Chromium) -> None:
    found = {}
    async with canvas(chromium, THEME, forced_colors="active") as page:
        for sample in PAGES:
            await page.set_content(html(THEME, sample, "id"))
            found[sample.title] = await page.evaluate(BORDERLESS)
    assert {place: problems for place, problems in found.items() if problems} == {}


async def test_paper_is_dark_on_white_at_night_too(chromium: Chromium) -> None:
    """Recovery codes are printed."""
    sample = next(
        sample for sample in PAGES if (sample.template, sample.title) == ("akun_pemulihan", "akun_pemulihan-kode")
    )
    async with canvas(chromium, THEME, color_scheme="dark") as page:
        await page.set_content(html(THEME, sample, "id"))
        await page.emulate_media(media="print", color_scheme="dark")
        ink, ground = await page.evaluate(
            "[getComputedStyle(document.querySelector('.keys')).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (ink, ground) == ("rgb(18, 41, 47)", "rgb(246, 244, 238)")
        assert await page.locator(".keys code").first.is_visible()
        assert not await page.locator(".head nav, .foot, .stay, .deeds").filter(visible=True).count()


async def test_what_is_too_wide_or_too_small_would_be_told(page: Page) -> None:
    bad = '<main style="width:400px"><button style="height:20px;border:0;overflow:hidden;width:20px">wider than that</button></main>'
    await page.set_content(bad)
    assert len(await page.evaluate(OVERFLOWS)) == 3
    assert len(await page.evaluate(SMALL)) == len(await page.evaluate(BORDERLESS)) == 1
