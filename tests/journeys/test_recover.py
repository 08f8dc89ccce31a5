"""A forgotten password, as its owner and as others meet it."""

import asyncio
from itertools import pairwise

import pyotp
import pytest
from sqlalchemy import select

from idp.accounts import account, lookup
from idp.store.tables import audit, challenges, outbox
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_activate import sign_in
from tests.support.browser import Browser, Page
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NEW = "Layang-Layang-Putus-5"


async def ask(browser: Browser, identifier: str) -> Page:
    return await browser.submit(await browser.get("/lupa-kata-sandi"), {"identifier": identifier}, press="send-reset")


def plain(house: House) -> Account:
    """A demo account without an authenticator app."""
    return next(one for one in map(house.account, range(len(house.demo["accounts"]))) if one.totp_secret is None)


def now_code(house: House, person: Account) -> str:
    assert person.totp_secret
    return pyotp.TOTP(person.totp_secret).at(house.clock.now())


async def test_a_link_leads_to_a_new_password(house: House) -> None:
    browser, person = house.browser(), plain(house)
    page = await ask(browser, person.email)
    assert "Jika data itu terdaftar, petunjuk sudah kami kirim" in page.text
    mail = await newest(house, person.email)
    other_device = house.browser("203.0.113.60")
    page = await other_device.get(mail.link)
    assert "code" not in page.names
    page = await other_device.submit(page, {"password": NEW}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert not (await sign_in(browser, person.email, person.password)).url.endswith("/akun")
    assert (await sign_in(browser, person.email, NEW)).url.endswith("/akun")
    assert "Kata sandi Anda sudah diganti" in {letter.subject for letter in await letters(house, person.email)}


async def test_the_code_of_the_mail_does_the_same(house: House) -> None:
    browser, person = house.browser(), plain(house)
    page = await ask(browser, person.email)
    page = await browser.submit(page, {"code": "AAAAAAAA"}, press="submit-code")
    assert "Kode salah atau sudah kedaluwarsa" in page.text
    page = await browser.submit(page, {"code": (await newest(house, person.email)).code}, press="submit-code")
    page = await browser.submit(page, {"password": NEW}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


async def test_a_proven_code_is_of_no_use_in_another_browser(house: House) -> None:
    """T23: no step of one browser can be taken in another."""
    browser, person = house.browser(), plain(house)
    page = await browser.submit(
        await ask(browser, person.email), {"code": (await newest(house, person.email)).code}, press="submit-code"
    )
    assert "set-password" in page.ids
    stranger = await house.browser("203.0.113.1").get(page.url)
    assert "set-password" not in stranger.ids
    assert "tidak berlaku lagi" in stranger.text


async def test_five_wrong_codes_burn_the_code_and_not_the_link(house: House) -> None:
    browser, person = house.browser(), plain(house)
    page = await ask(browser, person.email)
    mail = await newest(house, person.email)
    await asyncio.gather(*(browser.submit(page, {"code": f"AAAAAA{n:02}"}, press="submit-code") for n in range(20)))
    page = await browser.submit(page, {"code": mail.code}, press="submit-code")
    assert "set-password" not in page.ids
    assert "set-password" in (await browser.get(mail.link)).ids


async def test_an_account_with_a_second_factor_keeps_it(house: House) -> None:
    """ASVS 6.4.3: the mailbox alone opens nothing."""
    browser, person = house.browser(), house.account()
    assert person.totp_secret
    await ask(browser, person.email)
    link = (await newest(house, person.email)).link
    page = await browser.get(link)
    assert "code" in page.names
    without = dict(page.form_with("password").values)
    without.pop("code", None)
    answer = await browser.http.post("/lupa-kata-sandi/baru", data={**without, "password": NEW})
    assert answer.status_code == 400
    page = await browser.submit(page, {"password": NEW, "code": "000000"}, press="set-password")
    assert "Kode salah" in page.text
    assert (await sign_in(house.browser("203.0.113.8"), person.email, person.password)).url.endswith("/akun")
    page = await browser.submit(page, {"password": NEW, "code": now_code(house, person)}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


async def test_codes_of_the_app_cannot_be_guessed_here_either(house: House) -> None:
    """T29: one counter for the account, wherever the code is asked."""
    browser, person = house.browser(), house.account()
    await ask(browser, person.email)
    page = await browser.get((await newest(house, person.email)).link)
    for n in range(15):
        page = await browser.submit(page, {"password": NEW, "code": f"{n:06}"}, press="set-password")
    page = await browser.submit(page, {"password": NEW, "code": now_code(house, person)}, press="set-password")
    assert "Terlalu banyak percobaan" in page.text


async def test_a_link_works_once_and_for_half_an_hour(house: House) -> None:
    browser, person = house.browser(), plain(house)
    await ask(browser, person.email)
    link = (await newest(house, person.email)).link
    form = await browser.get(link)
    house.clock.advance(30 * 60)
    assert "tidak berlaku lagi" in (await browser.get(link)).text
    assert "tidak berlaku lagi" in (await browser.submit(form, {"password": NEW}, press="set-password")).text
    await ask(browser, person.email)
    form = await browser.get((await newest(house, person.email)).link)
    pages = await asyncio.gather(
        *(browser.submit(form, {"password": f"Layang-Layang-Putus-{n}"}, press="set-password") for n in range(5))
    )
    assert sum("Kata sandi sudah diganti" in page.text for page in pages) == 1


async def test_a_newer_message_replaces_the_older(house: House) -> None:
    browser, person = house.browser(), plain(house)
    page = await ask(browser, person.email)
    old = await newest(house, person.email)
    assert "Tunggu 60 detik" in (await browser.submit(page, press="resend")).text
    house.clock.advance(90)
    page = await browser.submit(page, press="resend")
    assert "/lupa-kata-sandi/terkirim" in page.url
    new = await newest(house, person.email)
    assert "tidak berlaku lagi" in (await browser.get(old.link)).text
    assert "set-password" in (await browser.get(new.link)).ids
    page = await browser.submit(page, {"code": new.code}, press="submit-code")
    assert "set-password" in page.ids


async def test_a_link_dies_when_the_password_changes_otherwise(house: House) -> None:
    person = plain(house)
    await ask(house.browser("203.0.113.1"), person.email)
    link = (await newest(house, person.email)).link
    browser = house.browser()
    await sign_in(browser, person.email, person.password)
    page = await browser.get("/akun/kata-sandi")
    page = await browser.submit(page, {"current_password": person.password, "password": NEW}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert "tidak berlaku lagi" in (await house.browser().get(link)).text


async def test_the_new_password_is_judged_with_the_persons_data(house: House) -> None:
    browser, person = house.browser(), plain(house)
    await ask(browser, person.email)
    page = await browser.get((await newest(house, person.email)).link)
    local = person.email.partition("@")[0]
    assert "minimal 12" in (await browser.submit(page, {"password": "pendek"}, press="set-password")).text
    assert (
        "Jangan pakai nama"
        in (await browser.submit(page, {"password": f"{local}-Naik-77-Kuda!"}, press="set-password")).text
    )
    page = await browser.submit(page, {"password": person.password}, press="set-password")
    assert "sama seperti sebelumnya" in page.text
    assert person.password not in page.html


async def test_a_reset_ends_everything(house: House) -> None:
    """T5: sessions and refresh tokens of before are dead at once."""
    person, browser, party = plain(house), house.browser(), house.relying_party("bench")
    tokens = await party.sign_in(browser, person, scope="openid offline_access")
    other = house.browser("203.0.113.1")
    await ask(other, person.email)
    page = await other.get((await newest(house, person.email)).link)
    await other.submit(page, {"password": NEW}, press="set-password")
    assert (await browser.get("/akun")).url.endswith("/masuk")
    answer = await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert answer.json()["error"] == "invalid_grant"
    assert (await party.userinfo(tokens.access_token)).status_code == 401


async def test_a_reset_lifts_the_throttle(house: House) -> None:
    person, browser = plain(house), house.browser()
    for _ in range(8):
        page = await sign_in(browser, person.email, "salah sama sekali")
    assert "Terlalu banyak percobaan" in page.text
    await ask(browser, person.email)
    page = await browser.get((await newest(house, person.email)).link)
    await browser.submit(page, {"password": NEW}, press="set-password")
    assert (await sign_in(browser, person.email, NEW)).url.endswith("/akun")


async def test_nobody_learns_whether_there_is_an_account(house: House) -> None:
    """T33: page, status, address and what is written are the same; only the mailbox knows."""
    provider = house.provider
    async with provider.database.transaction() as tx:
        disabled = await account.find(tx, lookup.key(provider.material, lookup.EMAIL, house.account(1).email))
        assert disabled is not None
        await account.set_status(tx, disabled.id, account.DISABLED, house.clock.now())
    said, written = set(), []
    for n, identifier in enumerate(
        (
            house.account().email,
            "tidak.ada@contoh.go.id",
            house.account(1).email,
            "bukan apa-apa",
            "0812-3456-7890",
            "0812-9999-7890",
            "12345678901",
            "3374010101900001",
        )
    ):
        browser = house.browser(f"203.0.113.{n}")
        page = await ask(browser, identifier)
        wrong = await browser.submit(page, {"code": "AAAAAAAA"}, press="submit-code")
        again = await browser.submit(page, press="resend")
        said.add((page.status, page.text, wrong.status, wrong.text, again.status, again.text, len(page.url)))
        async with provider.database.reading() as tx:
            written.append([len((await tx.execute(select(table.c.id))).all()) for table in (challenges, outbox)])
    # Sealed into the address, the identifier may show its length, which its asker knows.
    assert len({entry[:-1] for entry in said}) == 1
    steps = [[after - before for after, before in zip(b, a, strict=True)] for a, b in pairwise(written)]
    assert all(step == [2, 2] for step in steps)
    # One person was asked for by address and by number: each is a contact of its own, and gets its one message.
    assert len(await letters(house, house.account().email)) == 1
    assert len(house.outbox.letters()) == 2


async def test_only_the_address_on_record_gets_mail(house: House) -> None:
    """T25: neither a second field nor another spelling adds a reader."""
    browser, person = house.browser(), plain(house)
    form = await browser.get("/lupa-kata-sandi")
    token = dict(form.form_with("identifier").values)
    body = f"csrf={token['csrf']}&identifier={person.email}&identifier=maling@jahat.example"
    answer = await browser.http.post(
        "/lupa-kata-sandi", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 400
    for typed in (
        f"{person.email},maling@jahat.example",
        f"{person.email} maling@jahat.example",
        f"{person.email}\nmaling@jahat.example",
    ):
        await ask(browser, typed)
    assert not house.outbox.letters("jahat")
    assert not await letters(house, "jahat")


async def test_the_host_header_decides_about_nothing(house: House) -> None:
    """T24."""
    browser, person = house.browser(), plain(house)
    values = dict((await browser.get("/lupa-kata-sandi")).form_with("identifier").values)
    hostile = {"Host": "jahat.example", "X-Forwarded-Host": "jahat.example"}
    answer = await browser.http.post("/lupa-kata-sandi", data={**values, "identifier": person.email}, headers=hostile)
    assert answer.headers["location"].startswith("/lupa-kata-sandi/terkirim")
    mail = await newest(house, person.email)
    assert mail.link.startswith("http://localhost:8000/lupa-kata-sandi/baru?token=")
    assert "jahat.example" not in mail.text


async def test_aliases_of_an_account_do_not_fill_its_mailbox(house: House) -> None:
    person = house.account()
    pages = [await ask(house.browser(), name) for name in (person.email, "17001234567", "3273011708870001")]
    assert len(await letters(house, person.email)) == 1
    assert len(await letters(house, "+6281234567890")) == 1
    # Whoever waits in vain reads why, and so does everybody else.
    nobody = await ask(house.browser(), "tidak.ada@contoh.go.id")
    for page in (*pages, nobody):
        assert "paling cepat 1 menit sekali" in page.text


async def test_a_second_channel_does_not_wait_for_the_first(house: House) -> None:
    person = house.account()
    await ask(house.browser(), person.email)
    await ask(house.browser("203.0.113.9"), "0812-3456-7890")
    await ask(house.browser("203.0.113.10"), "+62 812 3456 7890")
    assert len(await letters(house, person.email)) == 1
    assert len(await letters(house, "+6281234567890")) == 1
    assert "set-password" in (await house.browser().get((await newest(house, person.email)).link)).ids


async def test_a_link_lies_about_nobody_in_the_trail(house: House) -> None:
    person = plain(house)
    await ask(house.browser(), person.email)
    mail = await newest(house, person.email)
    page = await house.browser().get(mail.link)
    await house.browser().submit(page, {"password": NEW}, press="set-password")
    async with house.provider.database.reading() as tx:
        trail = " ".join(str(dict(row._mapping)) for row in await tx.execute(select(audit)))
        kept = " ".join(str(dict(row._mapping)) for row in await tx.execute(select(challenges)))
    token = mail.link.partition("token=")[2]
    for secret in (mail.code, token, NEW):
        assert secret not in trail
        assert secret not in kept


async def test_two_links_crossed_open_nothing(house: House) -> None:
    first, second = house.account(), plain(house)
    await ask(house.browser("203.0.113.1"), first.email)
    await ask(house.browser("203.0.113.2"), second.email)
    tokens = [(await newest(house, one.email)).link.partition("token=")[2] for one in (first, second)]
    crossed = tokens[0][:21] + tokens[1][21:]
    page = await house.browser().get(f"/lupa-kata-sandi/baru?token={crossed}")
    assert "set-password" not in page.ids
