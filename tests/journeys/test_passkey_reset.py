"""Who has a passkey and nothing beside it forgets the password: by mail, by SMS, and without the device."""

import pytest

from tests.journeys.mailbox import letters, newest
from tests.journeys.test_activate import sign_in
from tests.journeys.test_passkey import answered, enrolled
from tests.journeys.test_recover import NEW, ask
from tests.journeys.test_recover_paths import SITI, proven_by_sms
from tests.support.authenticator import Authenticator
from tests.support.browser import Browser, Page
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def holder(house: House) -> tuple[Authenticator, Account]:
    """Siti with a passkey, who takes no codes by SMS."""
    await house.codes_by_sms(wanted=False)
    made = await enrolled(house)
    # What tells of it is out before anything else is.
    await letters(house, SITI)
    house.clock.advance(61)
    return made


async def at_mailed_reset(house: House, browser: Browser, person: Account) -> Page:
    await ask(browser, person.email)
    return await browser.get((await newest(house, person.email)).link)


async def stays(house: House, key: Authenticator, person: Account) -> None:
    """The passkey signs in, the new password too, and the old one no more."""
    browser = house.browser("203.0.113.31")
    page = await answered(browser, await browser.get("/masuk"), key)
    assert page.url.endswith("/akun")
    assert "Ponsel saya" in (await browser.get("/akun/keamanan")).text
    assert "Email atau kata sandi salah" not in (await sign_in(house.browser("203.0.113.32"), person.email, NEW)).text
    old = await sign_in(house.browser("203.0.113.33"), person.email, person.password)
    assert "Email atau kata sandi salah" in old.text


async def test_by_mail_the_passkey_is_shown_and_stays(house: House, holder: tuple[Authenticator, Account]) -> None:
    key, person = holder
    elsewhere, browser = house.browser("203.0.113.30"), house.browser()
    await answered(elsewhere, await elsewhere.get("/masuk"), key)
    page = await answered(browser, await at_mailed_reset(house, browser, person), key)
    page = await browser.submit(page, {"password": NEW}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert (await elsewhere.get("/akun")).url.endswith("/masuk"), "every session ends"
    await stays(house, key, person)


async def test_by_mail_without_the_device_a_branch_helps(house: House, holder: tuple[Authenticator, Account]) -> None:
    """A mailbox alone opens no account that has a second factor (ASVS 6.4.3); no code by SMS is offered that was turned off."""
    _, person = holder
    browser = house.browser()
    page = await at_mailed_reset(house, browser, person)
    assert "use-passkey" in page.ids
    assert not {"method-sms", "method-email", "method-totp", "method-recovery"} & page.ids
    assert "Tidak bisa memakai cara ini?" in page.links
    form = dict(page.form_with("passkey").values)
    for more in ({}, {"code": "123456"}, {"cara": "email", "code": "123456"}, {"cara": "passkey"}):
        answer = await browser.http.post("/lupa-kata-sandi/baru", data={**form, "password": NEW, **more})
        assert "Kata sandi sudah diganti" not in answer.text
    assert (await sign_in(house.browser("203.0.113.34"), person.email, person.password)).status == 200
    page = await browser.click(page, "Tidak bisa memakai cara ini?")
    assert "open-case" in page.ids


@pytest.mark.parametrize("beside", ["passkey", "mail"])
async def test_by_sms_the_passkey_or_a_mailed_code_is_asked_and_it_stays(
    house: House, holder: tuple[Authenticator, Account], beside: str
) -> None:
    key, person = holder
    await house.codes_by_sms(wanted=True)
    browser = house.browser()
    page = await proven_by_sms(house, browser)
    assert "password" not in page.names, "a number alone sets no password"
    if beside == "passkey":
        page = await answered(browser, page, key)
        page = await browser.submit(page, {"password": NEW}, press="set-password")
    else:
        page = await browser.submit(page, press="method-email")
        code = (await newest(house, person.email)).code
        page = await browser.submit(page, {"password": NEW, "code": code}, press="set-password")
    assert "Kata sandi sudah diganti" in page.text
    assert any("sudah diganti" in letter.text for letter in await letters(house, SITI))
    await house.codes_by_sms(wanted=False)
    await stays(house, key, person)
