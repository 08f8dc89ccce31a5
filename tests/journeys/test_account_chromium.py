"""The account's pages in a real browser of 320 pixels, in both languages, with JavaScript and without."""

import subprocess

import pytest
from playwright.async_api import Browser as Chromium

from tests.journeys.test_chromium import fits, letter, phone
from tests.support.servers import ROOT, Server

# What the rows are on the other storage is asked without a browser; what a browser makes of the pages is the same.
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

PASSWORD = "ladang padi menguning senja"
PATHS = ("/akun", "/akun/layanan", "/akun/perangkat", "/akun/aktivitas", "/masukan", "/status")


def somebody(server: Server, name: str) -> str:
    """The address of a new account, made by the command line beside the running program."""
    email = f"{name}@contoh.go.id"
    said = ["create", "account", "--email", email, "--name", "Wayan Sari", "--password-file", "-"]
    subprocess.run(
        server.command("--dev", *said), input=PASSWORD + "\n", text=True, env=server.env(), cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip
    return email


@pytest.mark.parametrize(("language", "javascript"), [("id", False), ("en", True)], ids=["plain-id", "javascript-en"])
async def test_not_me_from_the_list_of_events(
    server: Server, chromium: Chromium, javascript: bool, language: str
) -> None:
    english = language == "en"
    email = somebody(server, f"wayan.{language}.{'js' if javascript else 'polos'}")
    async with phone(chromium, javascript=javascript) as page:
        await page.goto(f"{server.issuer}/masuk?bahasa={language}")
        await page.fill("[name=identifier]", email)
        await page.fill("[name=password]", PASSWORD)
        await page.click("#sign-in")
        await page.wait_for_url("**/akun")
        for path in PATHS:
            await page.goto(server.issuer + path)
            assert await page.locator("html").get_attribute("lang") == language
            assert await fits(page), path
        await page.goto(f"{server.issuer}/akun")
        await page.get_by_role("link", name="Activity" if english else "Aktivitas", exact=True).click()
        await page.get_by_role("link", name="Not me" if english else "Bukan saya").first.click()
        await page.click("#not-me")
        reference = await page.inner_text("#reference")
        assert await fits(page)
        # Mails are written in the language of the account, not of the page.
        mail = await letter(server, email, f"Laporan {reference} sudah kami terima")
        assert reference in mail.text
        await page.goto(f"{server.issuer}/akun")
        await page.wait_for_url("**/masuk")
        await page.fill("[name=identifier]", email)
        await page.fill("[name=password]", PASSWORD)
        await page.click("#sign-in")
        said = "This password no longer works" if english else "Kata sandi ini tidak bisa dipakai lagi"
        await page.get_by_role("alert").get_by_text(said).wait_for()


async def test_a_page_that_stays_open_says_when_the_session_ends(server: Server, chromium: Chromium) -> None:
    email = somebody(server, "wayan.sesi")
    context = await chromium.new_context(locale="id-ID")
    try:
        page = await context.new_page()
        await page.clock.install()
        await page.goto(f"{server.issuer}/masuk")
        await page.fill("[name=identifier]", email)
        await page.fill("[name=password]", PASSWORD)
        await page.click("#sign-in")
        await page.wait_for_url("**/akun")
        warning = page.locator(".stay [role=status]")
        assert await warning.inner_text() == ""
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        # The page's clock goes on by itself as well: on a busy machine by more than a second.
        await page.clock.run_for((1200 - 150) * 1000)
        assert await warning.inner_text() == ""
        assert asked == []
        await page.clock.run_for(32_000)
        assert await warning.inner_text() == "Sesi berakhir dalam 2 menit. Tetap masuk?"
        await page.get_by_role("button", name="Tetap masuk").click()
        await page.get_by_text("Anda tetap masuk.").wait_for()
        assert asked == [f"{server.issuer}/akun/tetap-masuk"]
        await page.clock.run_for(1_201_000)
        assert await warning.inner_text() == "Waktu sesi ini sudah habis. Buka lagi halaman ini untuk masuk."
    finally:
        await context.close()
