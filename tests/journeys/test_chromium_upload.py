"""Sending a picture in a real browser on a slow wire: it becomes small, says how far it is, and outlives a network that fails."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import CDPSession, Page, Route

from tests.journeys.test_chromium import fits
from tests.journeys.test_reach import focused
from tests.support.axe import violations
from tests.support.pictures import card
from tests.support.servers import Server

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

FAST_ENOUGH_TO_TEST = 400_000 / 8
"""Bytes in a second: a picture of 60 KB takes a second and a bit."""

NOTED = """() => {
  window.noted = [];
  const said = document.querySelector("form [role=status]");
  new MutationObserver(() => window.noted.push(said.textContent)).observe(said, {childList: true});
}"""


@pytest.fixture
async def page(server: Server, chromium: Chromium) -> AsyncIterator[Page]:
    """A small phone whose person is about to send a paper from their account."""
    context = await chromium.new_context(locale="id-ID", viewport={"width": 320, "height": 640})
    page = await context.new_page()
    person = server.account(1)
    await page.goto(f"{server.issuer}/masuk")
    await page.fill("[name=identifier]", person.email)
    await page.fill("[name=password]", person.password)
    await page.click("#sign-in")
    await page.wait_for_url("**/akun")
    await page.goto(f"{server.issuer}/akun/dokumen/unggah?jenis=other")
    yield page
    await context.close()


async def choose(page: Page, content: bytes) -> None:
    await page.set_input_files("#gallery", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content})


async def wired(page: Page) -> CDPSession:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    return session


async def slow(session: CDPSession, *, offline: bool = False) -> None:
    speed = FAST_ENOUGH_TO_TEST
    conditions = {"offline": offline, "latency": 50, "downloadThroughput": -1, "uploadThroughput": speed}
    await session.send("Network.emulateNetworkConditions", conditions)


async def test_a_picture_says_how_far_it_is(page: Page) -> None:
    large = card(size=(2400, 1600))
    sent: list[int] = []
    page.on("request", lambda one: sent.append(len(one.post_data_buffer or b"")) if one.method == "POST" else None)
    looked_at = asyncio.Event()

    async def held(route: Route) -> None:
        await looked_at.wait()
        await route.continue_()

    await page.route(lambda url: "unggah" in url, held)
    await page.evaluate(NOTED)
    # Whoever presses at once sends the small picture all the same.
    await choose(page, large + bytes(400_000))
    await page.click("#upload")
    bar = page.get_by_role("progressbar", name="Mengirim foto")
    await bar.wait_for()
    assert await fits(page)
    assert await violations(page) == []
    noted = await page.evaluate("() => window.noted")
    looked_at.set()
    await page.wait_for_url("**/akun/dokumen")
    await page.get_by_text("Tersimpan").first.wait_for()
    assert noted[0] == "Mengirim foto 0 %"
    assert len(sent) == 1
    assert sent[0] < 310_000


async def test_a_network_that_fails_loses_nothing(page: Page) -> None:
    await choose(page, card(size=(640, 480)))
    session = await wired(page)
    await slow(session, offline=True)
    await page.click("#upload")
    said = page.locator("form [role=status]")
    await said.filter(has_text="Foto masih terpilih").wait_for()
    assert await page.locator("progress").is_hidden()
    assert await violations(page) == []
    await slow(session)
    await page.click("#upload")
    await page.wait_for_url("**/akun/dokumen")


async def test_a_picture_that_is_refused_is_told_as_without_a_script(page: Page) -> None:
    await choose(page, card(light=0.03, size=(640, 480)))
    await page.click("#upload")
    await page.get_by_role("alert").filter(has_text="Foto kurang jelas").wait_for()
    assert (await page.title()).startswith("Kesalahan:")
    assert page.url.endswith("jenis=other")
    await focused(page, ".summary")
    assert await violations(page) == []
    # The page is whole: its own script runs, and the next picture goes through.
    await choose(page, card(size=(640, 480)))
    await page.click("#upload")
    await page.wait_for_url("**/akun/dokumen")
