"""Registering, as people, double-clickers and snoopers meet it."""

import re

import pytest
from sqlalchemy import select

from idp.store.tables import accounts, audit
from tests.journeys.mailbox import letters, newest
from tests.support.browser import Page
from tests.support.registration import PERSON, register

__all__ = ["EMAIL", "FORM", "NUMBER", "register"]
from tests.support.servers import House

pytestmark = pytest.mark.anyio

EMAIL = "sari.dewi@contoh.go.id"
NUMBER = "+6281371520946"
FORM = {name: value for name, value in PERSON.items() if value}


def without_tokens(page: Page) -> str:
    return re.sub(r'(name="(?:csrf|formulir|puzzle)" value=")[^"]*', r"\1", page.html)


async def test_a_registration_sends_a_mail_and_an_sms_and_makes_no_account(house: House) -> None:
    before = await house.count(accounts)
    page = await register(house.browser())
    assert page.url.endswith("/daftar/terkirim")
    assert "s***@contoh.go.id" in page.text
    assert "0813****0946" in page.text
    mail, sms = await newest(house, EMAIL), await newest(house, NUMBER)
    assert mail.link.startswith("http://localhost:8000/aktivasi?token=")
    assert "Halo Sari Dewi" in mail.text
    assert len(mail.code) == len(sms.code) == 8
    assert mail.code != sms.code
    assert "://" not in sms.text
    assert await house.count(accounts) == before


async def test_nobody_learns_whether_the_address_has_an_account(house: House) -> None:
    """T33: page, status and SMS are the same; only the mailbox knows."""
    known = house.account().email
    taken = await register(house.browser("203.0.113.1"), email=known, phone="0813 7152 0001")
    free = await register(house.browser("203.0.113.2"), email="budi.baru@contoh.go.id", phone="0813 7152 0001")
    assert (taken.status, taken.url) == (free.status, free.url)
    assert without_tokens(taken).replace("0001", "") == without_tokens(free).replace("0001", "")
    owner, stranger = await newest(house, known), await newest(house, "budi.baru@contoh.go.id")
    assert owner.subject == "Anda sudah punya akun"
    assert stranger.subject == "Aktifkan akun Anda"
    assert not any("token" in link for link in owner.links)
    # The number beside the address belongs to whoever typed both: it must not tell either.
    assert len(await letters(house, "+6281371520001")) == 1


async def test_the_sms_comes_whether_or_not_there_is_an_account(house: House) -> None:
    await register(house.browser("203.0.113.1"), email=house.account().email, phone="0813 7152 0002")
    await register(house.browser("203.0.113.2"), email="orang.lain@contoh.go.id", phone="0813 7152 0003")
    assert len(await letters(house, "+6281371520002")) == len(await letters(house, "+6281371520003")) == 1


async def test_a_code_tells_nothing_either(house: House) -> None:
    """The SMS's code is worth the same in both cases: the number is proven, the mail's code is still asked."""
    said = []
    for network, email, phone in (
        ("203.0.113.1", house.account().email, "0002"),
        ("203.0.113.2", "orang.lain@contoh.go.id", "0003"),
    ):
        browser = house.browser(network)
        await register(browser, email=email, phone=f"0813 7152 {phone}")
        sms = await newest(house, f"+628137152{phone}")
        page = await browser.submit(await browser.get("/aktivasi"), {"code": sms.code}, press="submit-code")
        said.append((page.status, re.sub(r"\S+\*\*\*@\S+", "", page.text)))
    assert said[0] == said[1]
    assert "ketik kode dari email" in said[0][1]


async def test_messages_to_one_address_are_few(house: House) -> None:
    browser = house.browser()
    page = await register(browser)
    page = await browser.submit(page, press="resend")
    assert "Tunggu 60 detik" in page.text
    for _ in range(4):
        house.clock.advance(61)
        page = await browser.submit(page, press="resend")
        assert "Pesan baru sudah dikirim" in page.text
    house.clock.advance(61)
    page = await browser.submit(page, press="resend")
    assert "Terlalu banyak permintaan" in page.text
    assert len(await letters(house, EMAIL)) == 5


async def test_limits_tell_nothing_about_accounts(house: House) -> None:
    known = house.account().email
    said = []
    for network, email in (("203.0.113.1", known), ("203.0.113.2", "baru.sekali@contoh.go.id")):
        await register(house.browser(network), email=email)
        page = await register(house.browser(network), email=email)
        said.append((page.status, without_tokens(page).replace(email, "")))
    assert said[0] == said[1]
    assert "Tunggu 60 detik" in said[0][1]


async def test_addresses_that_look_alike_are_one_or_none(house: House) -> None:
    """T26."""
    known = house.account().email
    for alike in (known.upper(), known.replace("u", "ｕ"), f" {known}\u200b"):
        house.clock.advance(120)
        await register(house.browser(), email=alike)
        assert (await newest(house, known)).subject == "Anda sudah punya akun"
    assert (await register(house.browser(), email=known.replace("i", "\u0131"))).status == 400
    assert (await register(house.browser(), email=f"{known}@jahat.example")).status == 400


async def test_no_secret_reaches_the_audit_trail(house: House) -> None:
    await register(house.browser())
    mail = await newest(house, EMAIL)
    async with house.provider.database.reading() as tx:
        rows = [
            str(dict(row._mapping)) for row in await tx.execute(select(audit).where(audit.c.event == "sign_up.started"))
        ]
    assert len(rows) == 1
    assert mail.code not in rows[0]
    assert EMAIL not in rows[0]
