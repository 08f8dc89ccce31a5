"""A forgotten password by mobile number, and a case number for a branch, on a phone of 320 pixels, with the keyboard alone."""

import re

import pytest
from playwright.async_api import Browser as Chromium

from tests.journeys.test_chromium import fits, letter, phone
from tests.journeys.test_chromium_codes import reference_on
from tests.support.servers import Server

# What the rows are on the other storage is asked without a browser; what a browser makes of the pages is the same.
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

NEW = "Layang-Layang-Putus-5"


async def test_by_number_with_a_mailed_code_beside_it(server: Server, chromium: Chromium) -> None:
    person = server.account(1)
    async with phone(chromium, javascript=True) as page:
        await page.goto(f"{server.issuer}/masuk")
        await page.get_by_role("link", name=re.compile("Lupa kata sandi")).first.click()
        await page.get_by_label("Email, nomor HP, atau nomor peserta").fill("0813 9876 5432")
        await page.keyboard.press("Enter")
        await page.get_by_text("Jika data itu terdaftar").wait_for()
        assert await fits(page)
        assert await page.get_attribute("[name=code]", "autocomplete") == "one-time-code"

        await page.fill("[name=code]", "AAAA AAAA")
        await page.keyboard.press("Enter")
        await page.locator(".summary").wait_for()
        assert (await page.title()).startswith("Kesalahan:")
        sms = await letter(server, "+6281398765432", "")
        await page.fill("[name=code]", f"{sms.code[:4]} {sms.code[4:]}")
        await page.keyboard.press("Enter")
        await page.get_by_text("Nomor HP bisa berpindah tangan").wait_for()
        assert await fits(page)
        assert await page.locator("[name=password]").count() == 0

        await page.click("#send-code")
        await page.locator("#code-hint").wait_for()
        reference = await reference_on(page)
        assert reference
        mailed = await letter(server, person.email, "Kode Anda")
        await page.fill("[name=password]", NEW)
        await page.fill("[name=code]", mailed.code)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/lupa-kata-sandi/selesai")
        assert await fits(page)


async def test_a_case_number_for_a_branch(server: Server, chromium: Chromium) -> None:
    async with phone(chromium, javascript=False) as page:
        await page.goto(f"{server.issuer}/lupa-kata-sandi")
        await page.fill("[name=identifier]", "tidak.ada@contoh.go.id")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/terkirim*")
        await page.get_by_role("link", name="Tidak bisa memakai cara ini?").click()
        await page.get_by_label("Email baru yang bisa Anda buka").fill("bukan email")
        await page.keyboard.press("Enter")
        await page.locator(".summary").wait_for()
        assert await fits(page)
        await page.fill("[name=identifier]", "tidak.ada@contoh.go.id")
        await page.fill("[name=email]", "saya.baru@contoh.net")
        await page.keyboard.press("Enter")
        number = await page.inner_text("#case-number")
        assert re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}", number)
        assert await fits(page)
        assert number in (await letter(server, "saya.baru@contoh.net", "Nomor kasus pemulihan akun")).text
        await page.goto(f"{page.url}&bahasa=en")
        assert "Come to a branch" in await page.inner_text("h1")
