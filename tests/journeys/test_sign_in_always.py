"""A second factor at every sign-in, for whoever wants that; and the devices that they excuse from it."""

import pytest
from sqlalchemy import select, update

from idp.store.tables import known_devices, sessions
from tests.journeys.mailbox import letters
from tests.journeys.test_sign_in import enter, guess, signed_in
from tests.journeys.test_sign_in_numbers import person_with
from tests.support.browser import Browser, Page
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

LOA1, LOA2 = "urn:gerbang:acr:loa1", "urn:gerbang:acr:loa2"
MONTH = 30 * 86_400


def code(house: House) -> str:
    """What the app shows now; a step later each time, since no code works twice."""
    house.clock.advance(30)
    return house.relying_party().totp(house.account())


async def shown(house: House, browser: Browser, page: Page, *, remember: bool = False) -> Page:
    """The code, entered."""
    ticked = {"remember_device": "1"} if remember else {}
    return await browser.submit(page, {"code": code(house), **ticked}, press="submit-code")


async def switched_on(house: House) -> Account:
    """An account that wants it, asked for on a browser that is thrown away."""
    person, browser = house.account(), house.browser("198.51.100.99")
    page = await enter(browser, person.email, person.password)
    page = await browser.submit(await browser.get("/akun/keamanan"), press="always")
    assert "code" in page.names, "to change how one signs in, both factors have to be shown"
    await shown(house, browser, page)
    page = await browser.submit(await browser.get("/akun/keamanan"), press="always")
    assert "kami meminta kode setiap kali Anda masuk" in page.text
    return person


async def anew(house: House, browser: Browser) -> Page:
    """The same browser, its session gone."""
    browser.http.cookies.delete("gerbang-session")
    return await enter(browser, house.account().email, house.account().password)


async def test_the_account_is_closed_until_the_code_was_shown(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    page = await enter(browser, person.email, person.password)
    assert page.url.endswith("/masuk/kode")
    assert "Anda meminta agar kami menanyakan ini" in page.text
    assert "Jangan centang di perangkat yang dipakai orang lain" in page.text
    for path in ("/akun", "/akun/keamanan", "/akun/kata-sandi"):
        assert "/masuk" in (await browser.get(path)).url
    page = await shown(house, browser, page)
    assert page.url.endswith("/akun")
    assert await signed_in(browser)


async def test_who_wanted_a_page_of_the_account_comes_to_it_after_both(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    page = await browser.get("/akun/kontak")
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "Anda meminta agar kami menanyakan ini" in page.text
    assert (await shown(house, browser, page)).url.endswith("/akun/kontak")


async def test_a_service_waits_for_it_too(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    party = house.relying_party("saldo")
    request = await party.authorization("openid")
    page = await browser.get(request.url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "code" in page.names
    silent = await browser.get((await party.authorization("openid", prompt="none")).url)
    assert silent.parameters["error"] == "login_required"
    page = await shown(house, browser, page)
    assert page.parameters["state"] == request.state
    assert "code" in page.parameters


async def test_an_excused_device_is_not_asked_and_not_stronger_for_it(house: House) -> None:
    """T28: acr stays loa1, auth_time is that of the password, and a step-up asks as ever."""
    person, browser = await switched_on(house), house.browser()
    await shown(house, browser, await enter(browser, person.email, person.password), remember=True)
    browser.http.cookies.delete("gerbang-session")
    party = house.relying_party("saldo")
    tokens = await party.sign_in(browser, Account(person.email, person.password), "openid")
    assert (tokens.claims["acr"], tokens.claims["amr"]) == (LOA1, ["pwd"])
    assert tokens.claims["auth_time"] == house.clock.now()
    house.clock.advance(60)
    again = await party.sign_in(browser, None, "openid")
    assert again.claims["auth_time"] == tokens.claims["auth_time"]
    page = await browser.get((await party.authorization("openid", acr_values=LOA2)).url)
    assert "code" in page.names
    assert "remember_device" not in page.names, "what a service asks for cannot be put off"
    refused = await browser.get((await party.authorization("openid", acr_values=LOA2, prompt="none")).url)
    assert refused.parameters["error"] == "login_required"
    page = await browser.submit(await browser.get("/akun/keamanan"), press="always")
    assert "code" in page.names, "nor is an excused device a proof for changing how one signs in"


async def test_other_devices_are_asked_and_this_one_after_thirty_days(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    await shown(house, browser, await enter(browser, person.email, person.password), remember=True)
    assert "code" in (await enter(house.browser("203.0.113.50"), person.email, person.password)).names
    house.clock.advance(MONTH - 3_600)
    assert (await anew(house, browser)).url.endswith("/akun")
    house.clock.advance(3_700)
    assert "code" in (await anew(house, browser)).names, "using it does not make the thirty days longer"


async def test_without_the_box_it_is_asked_each_time(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    await shown(house, browser, await enter(browser, person.email, person.password))
    assert "code" in (await anew(house, browser)).names


async def test_the_device_is_known_to_the_throttle_after_the_code_and_not_before(house: House) -> None:
    """T32: whoever shows both factors is the owner, and is not kept out by strangers behind the same address."""
    person, browser = await switched_on(house), house.browser("203.0.113.60")
    page = await enter(browser, person.email, person.password)
    async with house.provider.database.reading() as tx:
        before = len((await tx.execute(select(known_devices))).all())
    await shown(house, browser, page)
    async with house.provider.database.reading() as tx:
        assert len((await tx.execute(select(known_devices))).all()) == before + 1
    for _ in range(7):
        last = await guess(house, "203.0.113.60", person.email)
    assert last.status_code == 429
    assert (await anew(house, browser)).url.endswith("/masuk/kode")


async def test_a_public_device_is_neither_offered_nor_remembered(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    page = await enter(browser, person.email, person.password, public_device="1")
    assert "code" in page.names
    assert "remember_device" not in page.names
    form = dict(page.form_with("code").values) | {"code": code(house), "remember_device": "1"}
    assert (await browser.http.post("/masuk/kode", data=form)).status_code == 303
    assert "code" in (await anew(house, browser)).names
    async with house.provider.database.reading() as tx:
        device = (await tx.execute(select(sessions.c.device).order_by(sessions.c.id.desc()))).scalars().first()
        known = (await tx.execute(select(known_devices.c.device).where(known_devices.c.device == device))).all()
    assert not known


async def test_whoever_says_that_others_use_it_is_asked_on_an_excused_device_too(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    await shown(house, browser, await enter(browser, person.email, person.password), remember=True)
    browser.http.cookies.delete("gerbang-session")
    page = await enter(browser, person.email, person.password, public_device="1")
    assert "code" in page.names
    assert "code" in (await anew(house, browser)).names, "and what was remembered of it is forgotten"


async def test_a_new_password_asks_every_device_again(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    await shown(house, browser, await enter(browser, person.email, person.password), remember=True)
    page = await browser.get("/akun/kata-sandi")
    fresh = "Layang-Layang-Putus-5"
    page = await browser.submit(page, {"current_password": person.password, "password": fresh})
    assert page.url.startswith("http://localhost:8000/akun/keamanan"), page.text
    browser.http.cookies.delete("gerbang-session")
    assert "code" in (await enter(browser, person.email, fresh)).names


async def test_turning_it_off_is_told_and_ends_it(house: House) -> None:
    person, browser = await switched_on(house), house.browser()
    await shown(house, browser, await enter(browser, person.email, person.password), remember=True)
    page = await browser.submit(await browser.get("/akun/keamanan"), press="always")
    assert "Kode tidak lagi diminta" in page.text
    assert "Kode setiap masuk dimatikan" in [one.subject for one in await letters(house, person.email)]
    assert "code" not in (await enter(house.browser("203.0.113.61"), person.email, person.password)).names
    browser = house.browser("203.0.113.62")
    await shown(house, browser, await step_up(house, browser))
    await browser.submit(await browser.get("/akun/keamanan"), press="always")
    async with house.provider.database.reading() as tx:
        assert not (await tx.execute(select(known_devices.c.device).where(known_devices.c.factor_until > 0))).all()


async def step_up(house: House, browser: Browser) -> Page:
    """Signed in, and at the page that asks for the code."""
    await enter(browser, house.account().email, house.account().password)
    return await browser.submit(await browser.get("/akun/keamanan"), press="always")


async def test_an_account_without_a_second_factor_is_not_offered_it(house: House) -> None:
    browser, person = house.browser(), await person_with(house)
    await enter(browser, person.email, person.password)
    page = await browser.get("/akun/keamanan")
    assert "always" not in page.ids
    form = dict(page.forms[0].values) | {"always": "on"}
    await browser.http.post("/akun/keamanan", data=form)
    assert (await anew_as(browser, person)).url.endswith("/akun")


async def anew_as(browser: Browser, person: Account) -> Page:
    browser.http.cookies.delete("gerbang-session")
    return await enter(browser, person.email, person.password)


async def test_a_session_of_the_version_before_is_of_no_public_device(house: House) -> None:
    browser, person = house.browser(), house.account()
    await enter(browser, person.email, person.password)
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(sessions).values(public_device=None))
    assert await signed_in(browser)
