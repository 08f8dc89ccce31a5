"""A telephone number with two people, one after the other (T40): who registers with it, who signs in by it, whose it is."""

import pytest

from idp.accounts import account, lookup
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_activate import sign_in
from tests.journeys.test_recover import ask
from tests.journeys.test_recover_paths import SITI, YEAR, row
from tests.support.browser import Browser
from tests.support.registration import PERSON, register
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

LOCAL = "0813 9876 5432"


@pytest.fixture
def sari() -> Account:
    """The newcomer to whom the number was given."""
    return Account(str(PERSON["email"]), str(PERSON["password"]), None)


async def registered(house: House, sari: Account) -> Browser:
    """Sari registers with Siti's number, and enters the code that came there before the one that came by mail."""
    browser = house.browser("203.0.113.21")
    await register(browser, phone=LOCAL, first="sms")
    page = await browser.submit(
        await browser.get("/aktivasi"), {"code": (await newest(house, SITI)).code}, press="submit-code"
    )
    page = await browser.submit(page, {"code": (await newest(house, sari.email)).code}, press="submit-code")
    assert (await sign_in(browser, sari.email, sari.password)).url.endswith("/akun")
    return browser


async def owner(house: House) -> object:
    async with house.provider.database.reading() as tx:
        found = await account.find(tx, lookup.key(house.provider.material, lookup.PHONE, SITI))
    return found and found.email


async def test_registering_with_a_number_in_use_takes_it_from_nobody(house: House, sari: Account) -> None:
    siti = house.account(1)
    await registered(house, sari)
    assert await owner(house) == siti.email
    assert (await row(house, siti)).phone_verified
    # The number names its owner: the newcomer signs in by address.
    assert (await sign_in(house.browser("203.0.113.22"), LOCAL, siti.password)).url.endswith("/akun")
    refused = await sign_in(house.browser("203.0.113.23"), LOCAL, sari.password)
    assert "Email atau kata sandi salah" in refused.text
    # And a forgotten password is asked of its owner alone.
    house.clock.advance(61)
    before = len(await letters(house, sari.email))
    await ask(house.browser("203.0.113.24"), LOCAL)
    assert "Kode kata sandi" in (await newest(house, SITI)).text
    assert len(await letters(house, sari.email)) == before
    assert not [one for one in await letters(house, siti.email) if "dilepas" in one.subject]


async def test_registering_with_a_number_that_was_long_idle_gets_it(house: House, sari: Account) -> None:
    siti = house.account(1)
    house.clock.advance(YEAR)
    await registered(house, sari)
    assert await owner(house) == sari.email
    assert (await newest(house, siti.email)).subject == "Nomor HP dilepas dari akun Anda"
    assert (await sign_in(house.browser("203.0.113.22"), LOCAL, sari.password)).url.endswith("/akun")
    # The old owner keeps everything else; the number neither names nor reaches them any more.
    assert "Email atau kata sandi salah" in (await sign_in(house.browser("203.0.113.23"), LOCAL, siti.password)).text
    assert not (await sign_in(house.browser("203.0.113.24"), siti.email, siti.password)).url.endswith("/masuk")
    kept = await row(house, siti)
    assert (kept.phone_verified, kept.email_verified) == (False, True)


async def test_an_idle_number_that_nobody_took_still_names_its_owner_for_the_password(house: House) -> None:
    """It is a name then, not a proof: nothing is sent to it, and the password is asked."""
    siti = house.account(1)
    house.clock.advance(YEAR)
    page = await sign_in(house.browser(), LOCAL, siti.password)
    assert "Email atau kata sandi salah" not in page.text
    assert not page.url.endswith("/masuk")
    assert not await letters(house, SITI)
    refused = await sign_in(house.browser("203.0.113.9"), LOCAL, "bukan sandi siti")
    assert "Email atau kata sandi salah" in refused.text
