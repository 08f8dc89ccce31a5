"""Changing the method, and codes on paper, in a real browser of 320 pixels, with JavaScript and without."""

import re
from time import monotonic

import anyio
import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from tests.journeys.test_chromium import fits, phone
from tests.support.processes import PATIENCE
from tests.support.servers import Server

# What the rows are on the other storage is asked without a browser; what a browser makes of the pages is the same.
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]


async def code_by_sms(server: Server, to: str, reference: str) -> str:
    """The code of the message that bears a reference; the worker brings it within seconds."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        for letter in server.outbox.letters(to):
            if f"(ref {reference})" in letter.text:
                return letter.code
        await anyio.sleep(0.2)
    raise AssertionError(f"no message with {reference} to {to}")


async def reference_on(page: Page) -> str:
    found = re.search(r"referensi ([A-Z0-9]{4})", await page.inner_text("#code-hint"))
    assert found
    return found[1]


async def signed_in(server: Server, page: Page, person: int) -> None:
    account = server.account(person)
    await page.goto(f"{server.issuer}/masuk")
    await page.fill("[name=identifier]", account.email)
    await page.fill("[name=password]", account.password)
    await page.click("#sign-in")
    await page.wait_for_url("**/akun")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
async def test_another_method_is_one_press_away(server: Server, chromium: Chromium, javascript: bool) -> None:
    """Budi has his app; Siti has a number alone. With a script Budi goes there and back, without it Siti sends at once."""
    async with phone(chromium, javascript=javascript) as page:
        await signed_in(server, page, 0 if javascript else 1)
        await page.goto(f"{server.issuer}/masuk/kode?kembali=keamanan")
        if javascript:
            await page.get_by_label("Kode dari aplikasi autentikator").wait_for()
            await page.click("#method-sms")
        else:
            await page.get_by_role("button", name="Kirim kode ke 0813****5432").click()
        await page.locator("#code-hint").wait_for()
        assert await fits(page)
        assert await page.get_attribute("[name=code]", "autocomplete") == "one-time-code"
        number = "+6281234567890" if javascript else "+6281398765432"
        code = await code_by_sms(server, number, await reference_on(page))
        await page.get_by_text("Ada masalah dengan kode?").click()
        await page.click("#resend")
        await page.get_by_text(re.compile("Tunggu \\d+ detik")).first.wait_for()
        if javascript:
            await page.click("#method-totp")
            await page.get_by_label("Kode dari aplikasi autentikator").wait_for()
            await page.click("#method-sms")
            await page.locator("#code-hint").wait_for()
        await page.fill("[name=code]", f"{code[:3]} {code[3:]}")
        await page.click("#submit-code")
        await page.wait_for_url("**/akun/keamanan")
        assert await fits(page)

        await page.click("#add-recovery")
        await page.click("#make")
        await page.locator(".keys code").nth(9).wait_for()
        assert await fits(page)
        assert await page.locator("[data-print]").is_visible() == javascript
        await page.click("#done")
        await page.locator("#saved-error").wait_for()
        await page.check("[name=saved]")
        # The script swallows a second submit within a second; without it both follow at once.
        if not javascript:
            async with page.expect_download() as download:
                await page.click("#download")
            assert (await download.value).suggested_filename == "kode-pemulihan.txt"
        await page.click("#done")
        await page.get_by_text("Sisa 10 dari 10 kode").wait_for()
