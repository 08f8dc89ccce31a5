"""The life of an account in a real browser of 320 pixels, with JavaScript and without, on the real program with its worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

import anyio
import pyotp
import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from tests.support.outbox import Letter
from tests.support.processes import PATIENCE
from tests.support.registration_in_chromium import register_in
from tests.support.servers import Server

pytestmark = pytest.mark.anyio

PASSWORD, NEW = "Kuda-Terbang-Biru-77", "Layang-Layang-Putus-5"


@asynccontextmanager
async def phone(chromium: Chromium, *, javascript: bool) -> AsyncIterator[Page]:
    """A page of a small phone; what the browser complains about on the way fails the test."""
    context = await chromium.new_context(
        locale="id-ID", viewport={"width": 320, "height": 640}, java_script_enabled=javascript
    )
    complaints: list[str] = []
    page = await context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    try:
        yield page
    finally:
        await context.close()
    assert not [text for text in complaints if "400 (Bad Request)" not in text]


async def letter(server: Server, to: str, subject: str) -> Letter:
    """A letter that the worker brings within seconds."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        if found := [one for one in server.outbox.letters(to) if one.subject == subject]:
            return found[-1]
        await anyio.sleep(0.2)
    raise AssertionError(f"no {subject!r} to {to}")


async def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(await page.locator("html").evaluate("e => e.scrollWidth <= e.clientWidth"))


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
async def test_from_registration_to_a_forgotten_password(server: Server, chromium: Chromium, javascript: bool) -> None:
    email = f"sari.{'js' if javascript else 'polos'}@contoh.go.id"
    async with phone(chromium, javascript=javascript) as page:
        number = f"0813 7152 09{'46' if javascript else '47'}"
        await register_in(page, server.issuer, email=email, phone=number)

        mail = await letter(server, email, "Aktifkan akun Anda")
        await page.goto(mail.link)
        await page.click("#activate")
        await page.get_by_role("heading", name="Akun Anda aktif").wait_for()
        await page.get_by_role("link", name="Lanjutkan").click()
        await page.fill("[name=identifier]", email)
        await page.fill("[name=password]", PASSWORD)
        await page.click("#sign-in")
        await page.wait_for_url("**/akun")
        await page.get_by_role("heading", name="Halo, Sari Dewi").wait_for()
        assert await fits(page)

        await page.goto(f"{server.issuer}/akun/keamanan")
        await page.click("#add-totp")
        await page.locator(".qr svg").wait_for()
        secret = (await page.inner_text("#secret")).replace(" ", "")
        await page.fill("[name=code]", pyotp.TOTP(secret).now())
        await page.click("#submit-code")
        await page.get_by_text("Aplikasi autentikator sudah aktif").wait_for()
        await page.click("#remove-totp")
        await page.get_by_text("baru dihapus 24 jam lagi").wait_for()

        await page.goto(f"{server.issuer}/akun")
        await page.click("#sign-out-everywhere")
        await page.get_by_role("heading", name="Anda sudah keluar").wait_for()

        await page.goto(f"{server.issuer}/masuk")
        await page.get_by_role("link", name="Lupa kata sandi?").click()
        await page.fill("[name=identifier]", email)
        await page.click("#send-reset")
        mail = await letter(server, email, "Atur ulang kata sandi")
        await page.fill("[name=code]", mail.code)
        await page.click("#submit-code")
        await page.fill("[name=password]", NEW)
        # The app is still there until tomorrow. This moment's code is used up; the next one is good already.
        await page.fill("[name=code]", pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30)))
        await page.click("#set-password")
        await page.get_by_role("heading", name="Kata sandi sudah diganti").wait_for()
        await page.locator("main").get_by_role("link", name="Masuk").click()
        await page.fill("[name=identifier]", email)
        await page.fill("[name=password]", NEW)
        await page.click("#sign-in")
        await page.wait_for_url("**/akun")
        await letter(server, email, "Kata sandi Anda sudah diganti")
