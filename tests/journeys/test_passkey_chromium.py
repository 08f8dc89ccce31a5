"""Passkeys in a real browser with the authenticator that Chromium brings for tests, in both languages, on a narrow screen."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from urllib.parse import parse_qsl, urlsplit

import anyio
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.async_api import Browser as Chromium
from playwright.async_api import CDPSession, Page

from tests.journeys.test_chromium import fits
from tests.support.processes import PATIENCE
from tests.support.servers import Server

# What the rows are on the other storage is asked without a browser; what a browser makes of the pages is the same.
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["sqlite"], indirect=True)]

LOA2 = "urn:gerbang:acr:loa2"
SAID = {
    "id-ID": (
        "Masuk dengan passkey",
        "Passkey sudah ditambahkan.",
        "Nama passkey sudah diganti.",
        "Passkey sudah dihapus.",
    ),
    "en-US": (
        "Sign in with a passkey",
        "The passkey has been added.",
        "The passkey has a new name.",
        "The passkey has been removed.",
    ),
}


@dataclass
class Phone:
    """A page, and the authenticator of its device. It answers by itself what is asked while somebody is `present`."""

    page: Page
    session: CDPSession
    authenticator: str

    async def present(self, there: bool) -> None:
        await self.session.send(
            "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self.authenticator, "enabled": there}
        )

    async def credentials(self) -> int:
        held = await self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return len(held["credentials"])

    async def forgets(self) -> None:
        """The device gives up every passkey that it keeps, since the page told it to."""
        deadline = monotonic() + PATIENCE
        while await self.credentials():
            assert monotonic() < deadline, "the device still offers what no longer works"
            await anyio.sleep(0.05)


@asynccontextmanager
async def phone(chromium: Chromium, locale: str = "id-ID") -> AsyncIterator[Phone]:
    """What the browser complains about on the way fails the test."""
    context = await chromium.new_context(locale=locale, viewport={"width": 320, "height": 640})
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "defaultBackupEligibility": True,
        "defaultBackupState": True,
    }
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    try:
        yield Phone(page, session, made["authenticatorId"])
    finally:
        await context.close()
    assert not [
        text for text in complaints if not any(status in text for status in ("400 (Bad Request)", "404 (Not Found)"))
    ]


@pytest.fixture(autouse=True)
async def _only_a_password(server: Server) -> None:
    await server.codes_by_sms(wanted=False)


async def enrol(server: Server, phone: Phone, locale: str = "id-ID") -> None:
    """Siti, who has no other factor, signs in with her password and adds a passkey."""
    page, person = phone.page, server.account(1)
    await page.goto(f"{server.issuer}/masuk?kembali=passkey&bahasa={locale[:2]}")
    await page.fill("[name=identifier]", person.email)
    await page.fill("[name=password]", person.password)
    await page.click("#sign-in")
    await page.wait_for_url("**/akun/keamanan/passkey")
    assert await fits(page)
    await page.click("#add-passkey")
    await page.get_by_text(SAID[locale][1]).wait_for()
    assert await phone.credentials() == 1


async def remove_all(server: Server, phone: Phone, locale: str = "id-ID") -> None:
    """Leaves the account as it was found; Siti has just shown her passkey. It goes at once, since her number stays."""
    page = phone.page
    await server.codes_by_sms(wanted=True)
    await page.goto(f"{server.issuer}/akun/keamanan")
    await page.locator("a[href*='/passkey/ubah']").first.click()
    await page.click("#remove-passkey")
    await page.get_by_text(SAID[locale][3]).wait_for()


async def leave(server: Server, page: Page) -> None:
    await page.goto(f"{server.issuer}/keluar")
    async with page.expect_navigation():
        await page.click("main button")


@pytest.mark.parametrize("locale", ["id-ID", "en-US"])
async def test_a_passkey_from_its_making_to_its_end(server: Server, chromium: Chromium, locale: str) -> None:
    async with phone(chromium, locale) as device:
        page = device.page
        await enrol(server, device, locale)
        await page.locator("a[href*='/passkey/ubah']").first.click()
        await page.fill("[name=name]", "HP Siti")
        await page.click("#save-name")
        await page.get_by_text(SAID[locale][2]).wait_for()
        await page.get_by_text("HP Siti").first.wait_for()
        assert await fits(page)

        # The button: nobody chose from what the browser suggested when the page was opened.
        await leave(server, page)
        await device.present(False)
        await page.goto(f"{server.issuer}/masuk")
        await page.get_by_role("button", name=SAID[locale][0]).wait_for()
        assert await fits(page)
        await device.present(True)
        await page.click("#sign-in-passkey")
        await page.wait_for_url("**/akun")

        # What the browser suggests in the field for the name, without the button.
        await leave(server, page)
        await page.goto(f"{server.issuer}/masuk", wait_until="commit")
        await page.wait_for_url("**/akun")
        await remove_all(server, device, locale)
        await device.forgets()


async def test_a_passkey_that_nobody_here_has_is_offered_once(server: Server, chromium: Chromium) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    stray = {
        "credentialId": b64encode(b"c" * 32).decode(),
        "isResidentCredential": True,
        "rpId": "localhost",
        "privateKey": b64encode(key).decode(),
        "userHandle": b64encode(b"u" * 32).decode(),
        "signCount": 1,
    }
    async with phone(chromium) as device:
        await device.session.send(
            "WebAuthn.addCredential", {"authenticatorId": device.authenticator, "credential": stray}
        )
        await device.page.goto(f"{server.issuer}/masuk", wait_until="commit")
        await device.page.get_by_role("alert").get_by_text("Passkey").first.wait_for()
        await device.forgets()


async def test_a_passkey_is_the_second_factor_of_a_service(server: Server, chromium: Chromium) -> None:
    # Any port of this loopback address is the service's; the provider's own says that there is no such page, which will do.
    here = f"http://127.0.0.1:{server.port}/callback"
    party, person = server.relying_party("bench", redirect_uris=[here]), server.account(1)
    async with party.http, phone(chromium) as device:
        page = device.page
        await enrol(server, device)
        await leave(server, page)
        await device.present(False)
        request = await party.authorization("openid", acr_values=LOA2)
        await page.goto(request.url)
        await page.fill("[name=identifier]", person.email)
        await page.fill("[name=password]", person.password)
        await page.click("#sign-in")
        await page.locator("#use-passkey").wait_for()
        assert "/masuk/passkey" in page.url
        assert await page.locator("[data-no-passkey]").is_hidden()
        assert await fits(page)
        await device.present(True)
        await page.click("#use-passkey")
        await page.wait_for_url(f"{here}*")
        answer = dict(parse_qsl(urlsplit(page.url).query))
        tokens = await party.redeem(request, answer["code"])
        assert tokens.claims["acr"] == LOA2
        assert tokens.claims["amr"] == ["pwd", "swk", "user", "mfa"]
        await remove_all(server, device)


async def test_what_goes_wrong_is_said_beside_the_button(server: Server, chromium: Chromium) -> None:
    async with phone(chromium) as device:
        page = device.page
        await enrol(server, device)
        await page.goto(f"{server.issuer}/akun/keamanan")
        await page.click("#add-passkey")
        # Adding a second asks for the first.
        await page.click("#use-passkey")
        await page.wait_for_url("**/akun/keamanan/passkey")
        await page.click("#add-passkey")
        await page.get_by_text("Perangkat ini sudah punya passkey untuk akun Anda.").wait_for()
        await device.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": device.authenticator, "isUserVerified": False}
        )
        await leave(server, page)
        await page.goto(f"{server.issuer}/masuk")
        await page.click("#sign-in-passkey")
        await page.get_by_text("Passkey tidak jadi dipakai.").wait_for()
        assert await fits(page)
        await device.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": device.authenticator, "isUserVerified": True}
        )
        await page.click("#sign-in-passkey")
        await page.wait_for_url("**/akun")
        await remove_all(server, device)


async def test_older_browsers_convert_by_hand(server: Server, chromium: Chromium) -> None:
    async with phone(chromium) as device:
        await device.page.add_init_script(
            "delete PublicKeyCredential.parseCreationOptionsFromJSON; delete PublicKeyCredential.parseRequestOptionsFromJSON;"
            "delete PublicKeyCredential.prototype.toJSON; delete PublicKeyCredential.isConditionalMediationAvailable"
        )
        await enrol(server, device)
        await leave(server, device.page)
        await device.page.goto(f"{server.issuer}/masuk")
        await device.page.click("#sign-in-passkey")
        await device.page.wait_for_url("**/akun")
        await remove_all(server, device)


async def test_without_javascript_the_pages_say_so(server: Server, chromium: Chromium) -> None:
    person = server.account(1)
    context = await chromium.new_context(locale="id-ID", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{server.issuer}/masuk?kembali=passkey")
    assert await page.locator("#sign-in-passkey").is_hidden()
    await page.fill("[name=identifier]", person.email)
    await page.fill("[name=password]", person.password)
    await page.click("#sign-in")
    await page.get_by_text("Passkey memerlukan JavaScript").wait_for()
    assert await page.locator("#add-passkey").is_hidden()
    await page.get_by_role("link", name="Pilih cara masuk lain").click()
    await page.wait_for_url("**/akun/keamanan")
    await context.close()
