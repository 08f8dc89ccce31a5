"""The privacy centre in a real browser of 320 pixels, in both languages, with JavaScript and without."""

import zipfile

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from tests.journeys.test_chromium import fits, phone
from tests.support.servers import Server

# What the rows are on the other storage is asked without a browser; what a browser makes of the pages is the same.
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

CENTRE = "/akun/privasi"


async def signed_in(server: Server, page: Page, language: str) -> None:
    """Siti, who shall have a password alone here: what asks for a second factor has tests of its own."""
    await server.codes_by_sms(wanted=False)
    person = server.account(1)
    await page.goto(f"{server.issuer}/masuk?bahasa={language}")
    await page.fill("[name=identifier]", person.email)
    await page.fill("[name=password]", person.password)
    await page.click("#sign-in")
    await page.wait_for_url("**/akun")


@pytest.mark.parametrize(
    ("language", "javascript"), [("id", True), ("en", False)], ids=["indonesian-javascript", "english-plain"]
)
async def test_seeing_copying_freezing_and_nearly_deleting(
    server: Server, chromium: Chromium, language: str, javascript: bool
) -> None:
    async with phone(chromium, javascript=javascript) as page:
        await signed_in(server, page, language)
        for path in ("", "/data", "/izin", "/akses", "/permintaan", "/keberatan", "/salinan", "/batasi", "/hapus"):
            await page.goto(f"{server.issuer}{CENTRE}{path}")
            assert await page.get_attribute("html", "lang") == language
            assert await fits(page), path

        await page.goto(f"{server.issuer}{CENTRE}/salinan")
        await page.click("#make")
        async with page.expect_download() as waiting:
            await page.click("#download")
        download = await waiting.value
        assert download.suggested_filename == "salinan-data.zip"
        with zipfile.ZipFile(await download.path()) as archive:
            assert "Siti Rahayu" in archive.read("data.html").decode()

        await page.goto(f"{server.issuer}{CENTRE}/permintaan")
        await page.click("#correct")
        await page.locator("#reason-error").wait_for()
        assert await fits(page)
        await page.goto(f"{server.issuer}/akun/bahasa")
        await page.check("#zone-WIT")
        await page.click("#prefer")
        await page.wait_for_url("**/akun/bahasa?kabar=disimpan")
        assert await page.is_checked("#zone-WIT")

        await page.goto(f"{server.issuer}{CENTRE}/batasi")
        await page.click("#restrict")
        await page.click("#lift")
        await page.locator("#restrict").wait_for()

        await page.goto(f"{server.issuer}{CENTRE}/hapus")
        await page.check("#understood")
        await page.click("#delete")
        await page.click("#keep-account")
        await page.locator("#delete").wait_for()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
async def test_an_unticked_box_on_the_consent_page(server: Server, chromium: Chromium, javascript: bool) -> None:
    party = server.relying_party("koperasi")
    async with phone(chromium, javascript=javascript) as page:
        await signed_in(server, page, "id")
        request = await party.authorization("openid profile", prompt="consent")
        await page.goto(request.url)
        await page.uncheck("#claim-given_name")
        assert await fits(page)
        async with page.expect_request(lambda sent: sent.url.startswith(request.redirect_uri)) as waiting:
            await page.click("#allow")
        sent = await waiting.value
        code = sent.url.partition("code=")[2].partition("&")[0]
    tokens = await party.redeem(request, code)
    told = (await party.userinfo(tokens.access_token)).json()
    await party.http.aclose()
    assert told["name"] == "Siti Rahayu"
    assert "given_name" not in told
