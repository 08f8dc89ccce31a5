"""Registering, as people, double-clickers and snoopers meet it."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import func, select

from idp.store.tables import accounts, audit, sign_ups
from tests.journeys.mailbox import letters, newest
from tests.support.browser import Browser, Page
from tests.support.servers import House

pytestmark = pytest.mark.anyio

EMAIL = "sari.dewi@contoh.go.id"
NUMBER = "+6281371520946"
FORM = {
    "name": "Sari Dewi",
    "email": EMAIL,
    "phone": "0813 7152 0946",
    "password": "Kuda-Terbang-Biru-77",
    "terms": "1",
}


async def register(browser: Browser, **typed: str | None) -> Page:
    """Open the form, fill it in, send it."""
    return await browser.submit(await browser.get("/daftar"), {**FORM, **typed}, press="sign-up")


async def count(house: House, table: object = accounts) -> int:
    async with house.provider.database.reading() as tx:
        return int(await tx.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def without_tokens(page: Page) -> str:
    return re.sub(r'(name="(?:csrf|formulir)" value=")[^"]*', r"\1", page.html)


async def test_a_registration_sends_a_mail_and_an_sms_and_makes_no_account(house: House) -> None:
    before = await count(house)
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
    assert await count(house) == before


async def test_every_field_is_judged_at_once_and_kept_but_the_password(house: House) -> None:
    page = await register(
        house.browser(), name="R2D2", email="sari@", phone="021 5551234", kpj="123", password="pendek", terms=None
    )
    assert page.status == 400
    for said in (
        "paling banyak 60 huruf",
        "nama@contoh.com",
        "bukan nomor ponsel",
        "11 angka",
        "minimal 12 karakter",
        "Centang kotak",
    ):
        assert said in page.text
    assert 'value="R2D2"' in page.html
    assert "pendek" not in page.html
    assert page.title.startswith("Kesalahan:")


async def test_a_password_is_judged_with_what_the_person_typed(house: House) -> None:
    browser = house.browser()
    assert "Jangan pakai nama" in (await register(browser, password="Sari-Dewi-Naik-77")).text
    assert "Tambahkan huruf besar, simbol" in (await register(browser, password="kudaterbangbiru7")).text
    assert "mudah ditebak" in (await register(browser, password="SandiAkunKu123!")).text


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


async def test_a_double_click_is_one_registration_and_one_mail(house: House) -> None:
    browser = house.browser()
    form = await browser.get("/daftar")
    pages = await asyncio.gather(*(browser.submit(form, FORM, press="sign-up") for _ in range(5)))
    assert {page.url.partition("8000")[2] for page in pages} == {"/daftar/terkirim"}
    assert len(await letters(house, EMAIL)) == 1
    assert await count(house, sign_ups) == 1


async def test_the_same_form_with_another_password_keeps_the_mail_and_takes_the_password(house: House) -> None:
    browser = house.browser()
    form = await browser.get("/daftar")
    await browser.submit(form, FORM, press="sign-up")
    await browser.submit(form, {**FORM, "password": "Kapal-Selam-Hijau-88"}, press="sign-up")
    (mail,) = await letters(house, EMAIL)
    page = await browser.get(mail.link)
    await browser.submit(page, press="activate")
    page = await browser.submit(
        await browser.get("/masuk"), {"identifier": EMAIL, "password": "Kapal-Selam-Hijau-88"}, press="sign-in"
    )
    assert page.url.endswith("/akun")


async def test_an_address_can_be_corrected_and_the_wrong_one_gets_nothing(house: House) -> None:
    browser = house.browser()
    page = await register(browser, email="sari.dwi@contoh.go.id")
    wrong = await newest(house, "sari.dwi@contoh.go.id")
    house.clock.advance(120)
    form = await browser.click(page, "Perbaiki alamat")
    assert 'value="Sari Dewi"' in form.html
    assert 'value="sari.dwi@contoh.go.id"' in form.html
    assert "Kuda-Terbang" not in form.html
    await browser.submit(form, {"email": EMAIL, "password": FORM["password"], "terms": "1"}, press="sign-up")
    stranger = house.browser("203.0.113.9")
    page = await stranger.get(wrong.link)
    assert page.status == 404
    assert "activate" not in page.ids
    page = await browser.get((await newest(house, EMAIL)).link)
    assert "activate" in page.ids


async def test_what_was_typed_is_not_shown_to_another_browser_or_later(house: House) -> None:
    browser = house.browser()
    await register(browser)
    assert "Sari Dewi" not in (await house.browser().get("/daftar")).html
    house.clock.advance(3600)
    assert "Sari Dewi" not in (await browser.get("/daftar")).html


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


async def test_one_network_cannot_flood(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with houses(limits={"sign_up_per_network": 3}) as house:
        pages = [
            await register(house.browser(), email=f"sari{n}@contoh.go.id", phone=f"0813 7152 000{n}") for n in range(4)
        ]
        assert [page.status for page in pages] == [200, 200, 200, 400]
        assert (await register(house.browser("203.0.113.1"), email="sari9@contoh.go.id")).status == 200


async def test_addresses_that_look_alike_are_one_or_none(house: House) -> None:
    """T26."""
    known = house.account().email
    for alike in (known.upper(), known.replace("u", "ｕ"), f" {known}\u200b"):
        house.clock.advance(120)
        await register(house.browser(), email=alike)
        assert (await newest(house, known)).subject == "Anda sudah punya akun"
    assert (await register(house.browser(), email=known.replace("i", "\u0131"))).status == 400
    assert (await register(house.browser(), email=f"{known}@jahat.example")).status == 400


async def test_a_hostile_host_header_changes_no_link(house: House) -> None:
    """T24."""
    browser = house.browser()
    form = await browser.get("/daftar")
    values = dict(form.form_with("formulir").values)
    hostile = {"Host": "jahat.example", "X-Forwarded-Host": "jahat.example", "Forwarded": "host=jahat.example"}
    await browser.http.post("/daftar", data={**values, **FORM}, headers=hostile)
    mail = await newest(house, EMAIL)
    assert mail.links
    assert all(link.startswith("http://localhost:8000/") for link in mail.links)
    assert "jahat" not in mail.text + mail.html


async def test_a_form_of_another_site_registers_nobody(house: House) -> None:
    """T22."""
    answer = await house.http().post("/daftar", data=FORM)
    assert answer.status_code == 403
    assert await count(house, sign_ups) == 0


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
