"""Registering in a real browser of 320 pixels: with JavaScript and without, in both languages, with pictures, in a crowd; and its weight."""

import gzip

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from tests.journeys.test_chromium import fits, letter, phone
from tests.support.pictures import card
from tests.support.registration_in_chromium import answer, register_in
from tests.support.servers import Server
from tests.support.wire import USABLE, ledger, on_a_slow_wire, slow

# What the rows are on the other storage is asked without a browser; what a browser makes of the pages is the same.
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

KILOBYTE = 1024
SMALL_AT_LAST = """input => new Promise(done => {
  const look = () => input.files[0].size < 300000 ? done(true) : setTimeout(look, 50);
  look();
})"""


async def sound(page: Page) -> None:
    """Nothing sticks out sideways, and every field has a name for those who do not see it."""
    assert await fits(page), page.url
    nameless = await page.locator("input:not([type=hidden]):visible").evaluate_all(
        "all => all.filter(one => !one.labels.length).map(one => one.name)"
    )
    assert nameless == []


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_step_fits_a_small_phone(
    server: Server, chromium: Chromium, javascript: bool, language: str
) -> None:
    number = f"0813 7152 1{'1' if javascript else '2'}{'1' if language == 'id' else '2'}0"
    email = f"langkah.{language}.{'js' if javascript else 'polos'}@contoh.go.id"
    async with phone(chromium, javascript=javascript) as page:
        await page.goto(f"{server.issuer}/daftar?bahasa={language}")
        await register_in(page, server.issuer, sound, email=email, phone=number)
        assert await page.get_attribute("html", "lang") == language
    await letter(server, email, "Aktifkan akun Anda" if language == "id" else "Activate your account")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
async def test_mistakes_lead_the_eye_and_back_loses_nothing(
    server: Server, chromium: Chromium, javascript: bool
) -> None:
    async with phone(chromium, javascript=javascript) as page:
        await page.goto(f"{server.issuer}/daftar")
        await page.click("#start")
        await page.wait_for_url("**/daftar/data-diri*")
        await page.fill("[name=nik]", "3374156703900003")
        await page.fill("[name=name]", "Sari Dewi")
        await page.click("#continue")
        await page.locator("#birth_day-error").wait_for()
        assert await page.title() != ""
        assert (await page.title()).startswith("Kesalahan:")
        await sound(page)
        await page.get_by_role("alert").get_by_role("link").click()
        await page.wait_for_url("**#birth_day")
        await answer(page, "data-diri", birth_day="28")
        await page.locator("#confirmed").wait_for()
        await sound(page)
        await page.check("#confirmed")
        await page.click("#continue")
        await answer(page, "kontak", email="sari@gmial.com")
        await page.get_by_text("Maksud Anda sari@gmail.com?").wait_for()
        await page.click("#use-suggestion")
        await page.wait_for_url("**/daftar/kepesertaan*")
        await page.click("#continue")
        await page.locator("#category-PU-error").wait_for()
        await sound(page)
        await page.get_by_role("link", name="Kembali").click()
        await page.wait_for_url("**/daftar/kontak*")
        assert await page.input_value("[name=email]") == "sari@gmail.com"
        await page.get_by_role("link", name="Kembali").click()
        await page.wait_for_url("**/daftar/data-diri*")
        await page.go_back()
        assert await page.input_value("[name=email]") == "sari@gmail.com"
        await page.go_forward()
        assert await page.input_value("[name=name]") == "Sari Dewi"


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
async def test_pictures_are_sent_and_seen(server: Server, chromium: Chromium, javascript: bool) -> None:
    large = card(size=(3600, 2400), exif=b"Exif\x00\x00")
    large += bytes(max(0, 400_000 - len(large)))
    async with phone(chromium, javascript=javascript) as page:
        sent: list[int] = []
        page.on("request", lambda one: sent.append(len(one.post_data_buffer or b"")) if "unggah" in one.url else None)
        await page.goto(f"{server.issuer}/daftar")
        await page.click("#start")
        for step in ("data-diri", "kontak", "kepesertaan"):
            await answer(page, step)
        await page.click("#add-ktp")
        await sound(page)
        await page.set_input_files("#gallery", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": large})
        if javascript:
            await page.locator("#gallery").evaluate(SMALL_AT_LAST)
        await page.click("#upload")
        await page.wait_for_url("**/daftar/dokumen")
        await page.locator("img.thumb").wait_for()
        assert await page.locator("img.thumb").evaluate("one => one.complete && one.naturalWidth") == 240
        await sound(page)
        if javascript:
            assert max(sent) < 310_000
        await page.click("#add-selfie")
        await page.click("#upload")
        await page.get_by_role("alert").wait_for()
        await sound(page)


async def test_a_registration_weighs_little(server: Server, chromium: Chromium) -> None:
    """journeys.md section 3: 120 KB on the wire in all, 6 KB of each page packed; at 100 kbit/s and 600 ms usable in 4 s."""
    pages: dict[str, int] = {}
    usable: dict[str, float] = {}

    async def weigh(shown: Page) -> None:
        pages[shown.url] = len(gzip.compress((await shown.content()).encode()))
        usable[shown.url] = await on_a_slow_wire(shown)

    async with phone(chromium, javascript=True) as page, ledger(page) as received:
        await register_in(page, server.issuer, weigh, email="ringan@contoh.go.id", phone="0813 7152 3300")
    assert len(pages) == 8
    assert max(pages.values()) <= 6 * KILOBYTE, pages
    assert max(usable.values()) <= 4_000, usable
    assert 20 * KILOBYTE < sum(received.values()) <= 120 * KILOBYTE


@pytest.mark.long
async def test_a_registration_goes_through_a_slow_wire(server: Server, chromium: Chromium) -> None:
    """The same with a watch in hand, on a machine that has nothing else to do."""
    usable: dict[str, float] = {}

    async def watch(shown: Page) -> None:
        usable[shown.url] = await shown.evaluate(USABLE)

    async with phone(chromium, javascript=True) as page:
        await slow(page)
        await register_in(page, server.issuer, watch, email="lambat@contoh.go.id", phone="0813 7152 3301")
    assert len(usable) == 8
    assert max(usable.values()) <= 4_000, usable


async def test_in_a_crowd_the_browser_works_and_the_person_waits(servers: object, chromium: Chromium) -> None:
    server = servers(environment={"IDP_LIMITS__SIGN_UP_STARTS": "0", "IDP_LIMITS__PUZZLE_BITS": "8"}).start()  # type: ignore[operator]
    async with phone(chromium, javascript=True) as page:
        await page.goto(f"{server.issuer}/daftar")
        await page.click("#start")
        await page.wait_for_url("**/daftar/data-diri*")
        assert await page.input_value("[name=nik]") == ""
    async with phone(chromium, javascript=False) as page:
        await page.goto(f"{server.issuer}/daftar")
        await page.click("#start")
        await page.wait_for_url("**/daftar/ramai*")
        await sound(page)
        await page.fill("[name=email]", "ramai@contoh.go.id")
        await page.click("#send-link")
        await page.get_by_role("heading", name="Periksa email Anda").wait_for()
    await letter(server, "ramai@contoh.go.id", "Lanjutkan pendaftaran Anda")
