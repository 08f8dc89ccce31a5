"""Somebody who wants another person's account: what a stolen password, a guess and a shared browser are worth."""

import pyotp
import pytest

from idp.accounts import account, lookup, requests
from idp.flows import documents
from idp.store.tables import totp_credentials
from tests.journeys.mailbox import newest
from tests.journeys.test_account import at_home
from tests.journeys.test_recover import now_code, plain
from tests.journeys.test_sign_in import enter
from tests.journeys.test_sign_in_consent import at_consent
from tests.journeys.test_sign_up import FORM, register
from tests.support.browser import Page
from tests.support.pictures import card
from tests.support.servers import House

pytestmark = pytest.mark.anyio


async def test_a_stolen_password_does_not_strip_the_second_factor(house: House) -> None:
    """T28: a sign-in that is fresh but for the password alone may not take the app away, to enrol a thief's own."""
    person, before = house.account(), await house.count(totp_credentials)
    thief = await at_home(house, person, "203.0.113.66")
    page = await thief.submit(await thief.get("/akun/keamanan"), press="remove-totp")
    assert "/masuk/kode" in page.url
    assert await house.count(totp_credentials) == before
    page = await thief.submit(page, {"code": "000000"}, press="submit-code")
    page = await thief.submit(await thief.get("/akun/keamanan"), press="remove-totp")
    assert await house.count(totp_credentials) == before


async def test_nor_does_a_second_factor_that_was_shown_long_ago(house: House) -> None:
    person, before = house.account(), await house.count(totp_credentials)
    browser = await at_home(house, person)
    page = await browser.get("/masuk/kode")
    await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    house.clock.advance(301)
    await browser.submit(await browser.get("/akun/keamanan"), press="remove-totp")
    assert await house.count(totp_credentials) == before
    # A new password proof alone makes a new session of loa1: the code is asked again too.
    page = await browser.submit(
        await browser.get("/masuk?kembali=keamanan"),
        {"identifier": person.email, "password": person.password},
        press="sign-in",
    )
    page = await browser.submit(page, press="remove-totp")
    assert "/masuk/kode" in page.url
    code = pyotp.TOTP(person.totp_secret or "").at(house.clock.now())
    page = await browser.submit(page, {"code": code}, press="submit-code")
    await browser.submit(page, press="remove-totp")
    assert await house.count(totp_credentials) == before - 1


async def test_registering_first_does_not_tell_whether_an_address_has_an_account(house: House) -> None:
    """T33: register a stranger's address with a password of one's own, then sign in with that password."""

    async def probe(email: str, times: int) -> list[Page]:
        browser = house.browser()
        await register(browser, email=email)
        return [await enter(browser, email, FORM["password"]) for _ in range(times)]

    taken, free = await probe(plain(house).email, 8), await probe("tidak.dikenal@contoh.go.id", 8)
    assert [page.status for page in taken] == [page.status for page in free]
    assert [page.url.partition("?")[0] for page in taken] == [page.url.partition("?")[0] for page in free]
    assert taken[0].url.endswith("/aktivasi")
    assert [page.title for page in taken] == [page.title for page in free]


async def test_the_owner_still_signs_in_beside_a_strangers_registration(house: House) -> None:
    person = plain(house)
    await register(house.browser("203.0.113.66"), email=person.email)
    assert (await enter(house.browser(), person.email, person.password)).url.endswith("/akun")


async def test_a_consent_that_one_person_was_shown_is_not_given_for_another(house: House) -> None:
    """Two tabs: the consent page waits in one, somebody else signs in in the other."""
    browser, other = house.browser(), plain(house)
    waiting = await at_consent(house, browser, "openid email")
    assert house.account().email in waiting.text
    page = await browser.get("/masuk?kembali=keamanan")
    await browser.submit(page, {"identifier": other.email, "password": other.password}, press="sign-in")
    answered = await browser.submit(waiting, press="allow")
    assert answered.left_to is None
    assert other.email in answered.text
    assert "code" in (await browser.submit(answered, press="allow")).parameters


async def test_going_on_as_one_person_is_not_going_on_as_another(house: House) -> None:
    browser, other = house.browser(), plain(house)
    await enter(browser, house.account().email, house.account().password)
    request = await house.relying_party("saldo").authorization(prompt="select_account")
    waiting = await browser.get(request.url)
    page = await browser.get("/masuk?kembali=keamanan")
    await browser.submit(page, {"identifier": other.email, "password": other.password}, press="sign-in")
    answered = await browser.submit(waiting, press="continue-account")
    assert answered.left_to is None
    assert "continue-account" in answered.ids


@pytest.mark.parametrize(
    ("path", "press", "values"),
    [
        ("/akun/privasi/hapus", "delete", {"understood": "1"}),
        ("/akun/privasi/batasi", "restrict", {}),
        ("/akun/privasi/permintaan", "correct", {"name": "Budi Santosa", "reason": "KTP"}),
        ("/akun/privasi/salinan", "make", {}),
    ],
)
async def test_a_page_of_ones_account_that_one_person_was_shown_acts_on_no_other(
    house: House, path: str, press: str, values: dict[str, str]
) -> None:
    """T38: one family, one browser. The page waits in one tab, somebody else signs in in the other."""
    person, other = house.account(), plain(house)
    browser = await at_home(house, person)
    waiting = await browser.get(path)
    page = await browser.get("/masuk?kembali=keamanan")
    await browser.submit(page, {"identifier": other.email, "password": other.password}, press="sign-in")
    page = await browser.submit(await browser.get("/masuk/kode"), press="send-code")
    await browser.submit(page, {"code": (await newest(house, "+6281398765432")).code}, press="submit-code")
    await browser.submit(waiting, values, press=press)
    async with house.provider.database.reading() as tx:
        theirs = await account.find(tx, lookup.key(house.provider.material, lookup.EMAIL, other.email))
        assert theirs is not None
        asked = await requests.of(tx, house.provider.sealer, theirs.id)
        copies = await requests.exports(tx, theirs.id, house.clock.now())
    assert theirs.status == account.ACTIVE
    assert asked == []
    assert copies == []


async def test_nor_does_a_picture_of_one_person_land_with_another(house: House) -> None:
    """T38: the identity card of whoever was shown the form, sent by a browser in which somebody else is by now."""
    person, other = house.account(), plain(house)
    browser = await at_home(house, person)
    waiting = await browser.get("/akun/dokumen/unggah?jenis=ktp")
    page = await browser.get("/masuk?kembali=keamanan")
    await browser.submit(page, {"identifier": other.email, "password": other.password}, press="sign-in")
    page = await browser.upload(waiting, "photo", card())
    assert page.url.endswith("/akun/dokumen")
    async with house.provider.database.reading() as tx:
        theirs = await account.find(tx, lookup.key(house.provider.material, lookup.EMAIL, other.email))
    assert theirs is not None
    assert await documents.mine(house.provider, theirs.id) == []
