"""One's own account: services, sessions, the password, the authenticator app."""

import asyncio
import re

import pyotp
import pytest
from sqlalchemy import update

from idp.base.opaque import Handle
from idp.store.tables import outbox, totp_credentials
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_activate import sign_in
from tests.journeys.test_recover import now_code, plain
from tests.support.browser import Browser, Page
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NEW = "Layang-Layang-Putus-5"
PAGES = ("/akun", "/akun/kata-sandi", "/akun/keamanan", "/akun/keamanan/totp")


async def at_home(house: House, person: Account, address: str = "198.51.100.7") -> Browser:
    browser = house.browser(address)
    assert (await sign_in(browser, person.email, person.password)).url.endswith("/akun")
    return browser


def secret_of(page: Page) -> str:
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', page.html)
    assert found
    return found[1].replace(" ", "")


async def test_nobody_sees_an_account_without_signing_in(house: House) -> None:
    for path in PAGES:
        page = await house.browser().get(path)
        assert "/masuk" in page.url
        assert "password" in page.names


async def test_home_shows_the_person_and_this_session(house: House) -> None:
    person = house.account()
    browser = house.browser()
    browser.http.headers["User-Agent"] = (
        "Mozilla/5.0 (Linux; Android 13; SM-A125F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
    )
    page = await sign_in(browser, person.email, person.password)
    assert "Halo, Budi Santoso" in page.text
    assert "Chrome Mobile di Android" in page.text
    assert "Perangkat ini" in page.text
    assert "tempat tidak diketahui, jaringan yang Anda pakai sekarang" in page.text
    assert "198.51.100." not in page.text


async def test_one_other_session_can_be_ended(house: House) -> None:
    person = plain(house)
    here, there = await at_home(house, person), await at_home(house, person, "203.0.113.1")
    page = await here.get("/akun")
    (row,) = [button for form in page.forms for button in form.buttons if button.name == "end"]
    await here.http.post("/akun", data={**dict(page.form_with("sesi").values), "end": row.value})
    assert "/masuk" in (await there.get("/akun")).url
    page = await here.get("/akun")
    assert page.url.endswith("/akun")
    assert not [button for form in page.forms for button in form.buttons if button.name == "end"]


async def test_somebody_elses_session_cannot_be_ended(house: House) -> None:
    """T38."""
    victim, attacker = await at_home(house, house.account()), await at_home(house, plain(house), "203.0.113.1")
    theirs = Handle.parse(victim.http.cookies["gerbang-session"])
    assert theirs
    hidden = dict((await attacker.get("/akun")).form_with("sesi").values)
    for wrong in (str(theirs.id), "x", ""):
        await attacker.http.post("/akun", data={**hidden, "end": wrong})
    assert (await victim.get("/akun")).url.endswith("/akun")


async def test_signing_out_everywhere_ends_every_session_and_tells_every_service(house: House) -> None:
    person, here = house.account(), house.browser()
    party = house.relying_party("saldo")
    tokens = await party.sign_in(here, person, scope="openid offline_access")
    there = await at_home(house, person, "203.0.113.1")
    await house.relying_party("koperasi").sign_in(here, person, scope="openid profile")
    page = await here.submit(await here.get("/akun"), press="sign-out-everywhere")
    assert "Anda sudah keluar" in page.text
    assert "Saldo JHT Sedang diproses" in page.text
    assert "Mitra Koperasi Keluar juga di sana" in page.text, "it cannot be told"
    assert "Saldo JHT Sedang diproses" in (await here.get(page.links["Lihat keadaan terbaru"])).text
    assert "JHT balance In progress" in (await here.get(page.links["English"])).text
    for browser in (here, there):
        assert "/masuk" in (await browser.get("/akun")).url
    answer = await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert answer.json()["error"] == "invalid_grant"


async def test_whoever_signs_out_here_may_look_until_every_service_knows(house: House) -> None:
    person, browser = house.account(), house.browser()
    await house.relying_party("saldo").sign_in(browser, person)
    page = await browser.submit(await browser.get("/keluar?ui_locales=en"), press="sign-out")
    assert "JHT balance In progress" in page.text
    watch = page.links["See how it stands now"]
    assert "JHT balance In progress" in (await browser.get(watch)).text
    # A reload asks nothing of anybody, and another browser is told nothing.
    assert "JHT balance In progress" in (await browser.get(page.url)).text
    assert "JHT balance" not in (await house.browser("203.0.113.1").get(watch)).text
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(outbox).where(outbox.c.target == "saldo").values(state="delivered"))
    page = await browser.get(watch)
    assert "JHT balance Signed out" in page.text
    assert "See how it stands now" not in page.links
    assert "/masuk" in (await browser.get("/akun")).url


async def test_a_service_can_be_disconnected(house: House) -> None:
    person, browser = house.account(), house.browser()
    party = house.relying_party("koperasi")
    tokens = await party.sign_in(browser, person, scope="openid profile")
    page = await browser.get("/akun")
    assert "Mitra Koperasi" in page.text
    await browser.http.post("/akun", data={**dict(page.form_with("sesi").values), "disconnect": "koperasi"})
    assert "Mitra Koperasi" not in (await browser.get("/akun")).text
    assert (await party.userinfo(tokens.access_token)).status_code == 401
    page = await browser.get((await party.authorization(scope="openid profile")).url)
    assert "allow" in page.ids


async def test_changing_the_password_ends_the_other_sessions(house: House) -> None:
    person = plain(house)
    here, there = await at_home(house, person), await at_home(house, person, "203.0.113.1")
    page = await here.get("/akun/kata-sandi")
    page = await here.submit(page, {"current_password": "salah sama sekali", "password": NEW}, press="set-password")
    assert "Kata sandi sekarang salah" in page.text
    page = await here.submit(page, {"current_password": person.password, "password": "pendek"}, press="set-password")
    assert "minimal 12" in page.text
    page = await here.submit(
        page, {"current_password": person.password, "password": person.password}, press="set-password"
    )
    assert "sama seperti sebelumnya" in page.text
    page = await here.submit(page, {"current_password": person.password, "password": NEW}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert (await here.get("/akun")).url.endswith("/akun")
    assert "/masuk" in (await there.get("/akun")).url
    assert (await sign_in(house.browser("203.0.113.2"), person.email, NEW)).url.endswith("/akun")
    assert [letter.subject for letter in await letters(house, person.email)] == ["Kata sandi Anda sudah diganti"]


async def test_a_learnt_password_alone_does_not_change_itself(house: House) -> None:
    """T28: where there is a second factor, it is asked for, once in five minutes; then the way leads back."""
    person = house.account()
    browser = await at_home(house, person)
    hidden = dict((await browser.get("/akun/keamanan")).form_with("sesi").values)
    forced = {**hidden, "current_password": person.password, "password": NEW}
    answer = await browser.http.post("/akun/kata-sandi", data=forced)
    assert answer.headers["location"] == "/masuk/kode?kembali=sandi"
    page = await browser.get("/akun/kata-sandi")
    assert page.url.endswith("/masuk/kode?kembali=sandi")
    page = await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    assert page.url.endswith("/akun/kata-sandi")
    house.clock.advance(301)
    late = await browser.submit(page, {"current_password": person.password, "password": NEW}, press="set-password")
    assert late.url.endswith("/masuk/kode?kembali=sandi")
    page = await browser.submit(late, {"code": now_code(house, person)}, press="submit-code")
    page = await browser.submit(page, {"current_password": person.password, "password": NEW}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text


async def test_the_present_password_cannot_be_guessed_at_leisure(house: House) -> None:
    person = plain(house)
    browser = await at_home(house, person)
    page = await browser.get("/akun/kata-sandi")
    for n in range(8):
        page = await browser.submit(page, {"current_password": f"tebakan {n}", "password": NEW}, press="set-password")
    page = await browser.submit(page, {"current_password": person.password, "password": NEW}, press="set-password")
    assert "Terlalu banyak percobaan" in page.text


async def at_home_with_both(house: House, person: Account) -> Browser:
    """Siti, who has shown her password and a code by SMS: without it nobody adds a factor to her account."""
    browser = await at_home(house, person)
    page = await browser.get("/akun/keamanan/totp")
    assert page.url.endswith("/masuk/kode?kembali=totp")
    page = await browser.submit(page, press="send-code")
    page = await browser.submit(page, {"code": (await newest(house, "+6281398765432")).code}, press="submit-code")
    assert page.url.endswith("/akun/keamanan/totp")
    return browser


async def test_an_app_is_added_by_its_own_code(house: House) -> None:
    person, before = plain(house), await house.count(totp_credentials)
    browser = await at_home_with_both(house, person)
    page = await browser.get("/akun/keamanan")
    page = await browser.get("/akun/keamanan/totp")
    assert "<svg" in page.html
    totp = pyotp.TOTP(secret_of(page))
    cookie = browser.http.cookies["gerbang-session"]
    wrong = await browser.submit(page, {"code": "000000"}, press="submit-code")
    assert "Kode salah" in wrong.text
    assert secret_of(wrong) == secret_of(page)
    page = await browser.submit(wrong, {"code": totp.at(house.clock.now())}, press="submit-code")
    assert "Aplikasi autentikator sudah aktif" in page.text
    assert browser.http.cookies["gerbang-session"] != cookie
    assert await house.count(totp_credentials) == before + 1
    assert [letter.subject for letter in await letters(house, person.email)] == ["Aplikasi autentikator ditambahkan"]
    # The code that proved it is spent, and the session has both factors now.
    party = house.relying_party("klaim")
    request = await party.authorization(acr_values="urn:gerbang:acr:loa2")
    page = await browser.get(request.url)
    assert page.left_to is not None
    tokens = await party.redeem(request, page.parameters["code"])
    assert tokens.claims["acr"] == "urn:gerbang:acr:loa2"


async def test_the_page_cannot_choose_the_secret(house: House) -> None:
    browser, before = await at_home_with_both(house, plain(house)), await house.count(totp_credentials)
    page = await browser.get("/akun/keamanan/totp")
    fields = dict(page.form_with("pemasangan").values)
    own = pyotp.random_base32()
    for forged in (own, "", fields["pemasangan"][:-2] + "AA", fields["csrf"]):
        code = pyotp.TOTP(own).at(house.clock.now())
        await browser.http.post(
            "/akun/keamanan/totp", data={**fields, "pemasangan": forged, "secret": own, "code": code}
        )
    other = await at_home(house, house.account(), "203.0.113.1")
    code = pyotp.TOTP(secret_of(page)).at(house.clock.now())
    hidden = dict((await other.get("/akun")).form_with("sesi").values)
    await other.http.post("/akun/keamanan/totp", data={**hidden, "pemasangan": fields["pemasangan"], "code": code})
    assert await house.count(totp_credentials) == before


async def test_two_forms_at_once_enrol_one_app(house: House) -> None:
    browser, before = await at_home_with_both(house, plain(house)), await house.count(totp_credentials)
    forms = [await browser.get("/akun/keamanan/totp") for _ in range(4)]
    codes = [pyotp.TOTP(secret_of(form)).at(house.clock.now()) for form in forms]
    await asyncio.gather(
        *(browser.submit(form, {"code": code}, press="submit-code") for form, code in zip(forms, codes, strict=True))
    )
    assert await house.count(totp_credentials) == before + 1


async def test_an_old_sign_in_is_asked_again_before_methods_change(house: House) -> None:
    person, before = house.account(), await house.count(totp_credentials)
    browser = await at_home(house, person)
    house.clock.advance(301)
    page = await browser.submit(await browser.get("/akun/keamanan"), press="remove-totp")
    assert page.url.endswith("/masuk?kembali=keamanan")
    assert f'value="{person.email}"' in page.html
    assert await house.count(totp_credentials) == before
    page = await browser.submit(page, {"password": person.password}, press="sign-in")
    assert page.url.endswith("/akun/keamanan")
    page = await browser.submit(page, press="remove-totp")
    assert page.url.endswith("/masuk/kode?kembali=keamanan")
    page = await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    assert page.url.endswith("/akun/keamanan")
    page = await browser.submit(page, press="remove-totp")
    assert "Aplikasi autentikator sudah dihapus" in page.text
    assert await house.count(totp_credentials) == before - 1
    assert "Aplikasi autentikator dihapus" in {letter.subject for letter in await letters(house, person.email)}


async def test_coming_back_leads_nowhere_else(house: House) -> None:
    """T10."""
    person = plain(house)
    for hostile in ("https://jahat.example", "//jahat.example", "/\\jahat.example", "/%09/jahat.example", "akun"):
        browser = house.browser()
        page = await browser.get("/masuk", kembali=hostile)
        page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
        assert page.left_to is None
        assert page.url.endswith("/akun")


async def test_looking_around_keeps_the_session(house: House) -> None:
    browser = await at_home(house, plain(house))
    for _ in range(4):
        house.clock.advance(15 * 60)
        assert (await browser.get("/akun")).url.endswith("/akun")
    house.clock.advance(20 * 60)
    assert "/masuk" in (await browser.get("/akun")).url


async def test_a_code_of_the_app_still_works_after_a_failed_removal(house: House) -> None:
    person = house.account()
    browser = await at_home(house, person)
    hidden = dict((await browser.get("/akun/keamanan")).form_with("sesi").values)
    assert (await browser.http.post("/akun/keamanan", data={**hidden, "remove": "sandi"})).status_code == 400
    page = await browser.get("/masuk/kode")
    page = await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    assert page.url.endswith("/akun")
