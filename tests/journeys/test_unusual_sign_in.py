"""Unusual sign-ins: who is told, when, and who has to show a second factor before anything else."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import update

from idp.flows import channels, people
from idp.store import breakers
from idp.store.tables import accounts
from tests.journeys.mailbox import letters, newest
from tests.journeys.test_account import at_home
from tests.journeys.test_activate import sign_in
from tests.journeys.test_passkey import answered, enrolled
from tests.journeys.test_recover import now_code, plain
from tests.support.outbox import Letter
from tests.support.relying_party import Account
from tests.support.servers import House

pytestmark = pytest.mark.anyio

JAKARTA, AMERICA = "114.10.20.3", "8.8.8.8"
ALERT = "Masuk dari perangkat baru"


async def known_with_a_number(house: House) -> Account:
    """Siti as she is: her number takes codes."""
    person = plain(house)
    await known_at(house, person)
    await house.codes_by_sms(wanted=True)
    return person


@pytest.fixture
async def house(house: House) -> House:
    """A house where nobody wants codes by SMS, so that Siti has a password alone."""
    await house.codes_by_sms(wanted=False)
    return house


async def alerts(house: House, person: Account) -> list[Letter]:
    return [letter for letter in await letters(house, person.email) if letter.subject == ALERT]


async def known_at(house: House, person: Account, address: str = JAKARTA) -> None:
    """A first sign-in, told and done with."""
    await at_home(house, person, address)
    house.clock.advance(86_400)
    await letters(house, person.email)


async def test_several_sign_ins_are_one_message_after_some_minutes(house: House) -> None:
    person = plain(house)
    await known_at(house, person)
    before = len(await alerts(house, person))
    await at_home(house, person, JAKARTA)
    house.clock.advance(120)
    await at_home(house, person, "114.10.20.9")
    assert len(await alerts(house, person)) == before
    house.clock.advance(181)
    told = await alerts(house, person)
    assert len(told) == before + 1
    assert told[-1].text.count("Indonesia") == 2
    assert "perangkat baru" in told[-1].text
    house.clock.advance(400)
    assert len(await alerts(house, person)) == before + 1


async def test_every_contact_is_told_and_a_short_message_has_no_link(house: House) -> None:
    person = house.account()
    owner = await people.find(house.provider, person.email)
    assert owner
    assert owner.phone
    await known_at(house, person)
    await at_home(house, person)
    house.clock.advance(301)
    [*_, short] = await letters(house, owner.phone)
    assert "Masuk dari perangkat baru" in short.text
    assert "http" not in short.text


async def test_a_known_device_is_no_news(house: House) -> None:
    person, browser = plain(house), house.browser(JAKARTA)
    await sign_in(browser, person.email, person.password)
    house.clock.advance(86_400)
    before = len(await alerts(house, person))
    assert (await sign_in(browser, person.email, person.password)).url.endswith("/akun")
    house.clock.advance(301)
    assert len(await alerts(house, person)) == before
    assert "Tidak biasa" not in (await browser.get("/akun/aktivitas")).text.partition("Masuk ")[2][:80]


async def test_a_new_country_asks_for_the_second_factor_before_anything_else(house: House) -> None:
    person = house.account()
    await known_at(house, person)
    for attempt in range(2):
        # The second attempt of a thief must not pass for the habit of the first.
        thief = house.browser(AMERICA)
        page = await sign_in(thief, person.email, person.password)
        assert "/masuk/kode" in page.url, attempt
        for path in ("/akun", "/akun/keamanan", "/akun/kata-sandi", "/akun/aktivitas", "/akun/perangkat", "/masuk"):
            assert "/masuk" in (await thief.get(path)).url, path
        csrf = dict((await thief.get("/masuk/kode")).forms[-1].values)["csrf"]
        assert (await thief.http.post("/akun/tetap-masuk", data={"csrf": csrf})).status_code == 401
        request = await house.relying_party("saldo").authorization()
        assert "/masuk/kode" in (await thief.get(request.url)).url
        request = await house.relying_party("saldo").authorization(prompt="none")
        assert (await thief.get(request.url)).parameters["error"] == "login_required"
        await thief.http.post("/izin", data={"csrf": csrf, "decision": "allow"})
        house.clock.advance(30)
    house.clock.advance(30)
    page = await thief.submit(await thief.get("/masuk/kode"), {"code": now_code(house, person)}, press="submit-code")
    assert page.url.endswith("/akun")
    page = await thief.get("/akun/aktivitas")
    assert "negara baru" in page.text
    assert "Amerika Serikat" in page.text
    house.clock.advance(301)
    assert "negara baru" in (await alerts(house, person))[-1].text


async def test_the_way_to_a_service_goes_through_the_second_factor(house: House) -> None:
    person, party = house.account(), house.relying_party("saldo")
    await known_at(house, person)
    browser = house.browser(AMERICA)
    request = await party.authorization()
    page = await browser.get(request.url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "/masuk/kode" in page.url
    page = await browser.submit(page, {"code": now_code(house, person)}, press="submit-code")
    assert "code" in page.parameters


async def test_without_a_second_factor_a_new_country_is_told(house: House) -> None:
    person = plain(house)
    await known_at(house, person)
    assert (await at_home(house, person, AMERICA)) is not None
    house.clock.advance(301)
    assert "negara baru" in (await alerts(house, person))[-1].text


async def test_two_countries_in_two_hours(house: House) -> None:
    person = plain(house)
    await known_at(house, person, JAKARTA)
    await at_home(house, person, AMERICA)
    house.clock.advance(3_000)
    await at_home(house, person, JAKARTA)
    house.clock.advance(301)
    assert "dua negara" in (await alerts(house, person))[-1].text


async def test_many_failures_before_the_right_password(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    async with houses(risk={"failures": 3, "new_device": "off"}) as house:
        person, browser = plain(house), house.browser(JAKARTA)
        for _ in range(3):
            await sign_in(browser, person.email, "salah sama sekali")
        assert (await sign_in(browser, person.email, person.password)).url.endswith("/akun")
        house.clock.advance(301)
        [told] = await alerts(house, person)
        assert "banyak kata sandi salah" in told.text


async def test_rules_can_be_switched_off(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    off = dict.fromkeys(("new_device", "new_country", "impossible_travel", "many_failures"), "off")
    async with houses(risk=off) as house:
        person = house.account()
        await known_at(house, person)
        assert (await sign_in(house.browser(AMERICA), person.email, person.password)).url.endswith("/akun")
        house.clock.advance(301)
        assert await alerts(house, person) == []


async def test_a_new_device_may_be_made_to_ask(houses: Callable[..., AbstractAsyncContextManager[House]]) -> None:
    async with houses(risk={"new_device": "require"}) as house:
        person = house.account()
        await known_at(house, person)
        assert "/masuk/kode" in (await sign_in(house.browser("203.0.113.4"), person.email, person.password)).url


async def test_a_passkey_on_a_new_device_is_told_too(house: House) -> None:
    key, person = await enrolled(house)
    await known_at(house, person)
    before = len(await alerts(house, person))
    browser = house.browser(AMERICA)
    # It is two factors already: nothing more is asked.
    assert (await answered(browser, await browser.get("/masuk"), key)).url.endswith("/akun")
    page = await browser.get("/akun/aktivitas")
    assert "Masuk dengan passkey" in page.text
    assert "negara baru" in page.text
    house.clock.advance(301)
    told = await alerts(house, person)
    assert len(told) == before + 1
    assert "perangkat baru, negara baru" in told[-1].text
    house.clock.advance(86_400)
    await answered(browser, await browser.get("/masuk?kembali=sandi"), key)
    house.clock.advance(301)
    assert len(await alerts(house, person)) == before + 1


async def test_whoever_has_a_passkey_is_held_until_it_is_shown(house: House) -> None:
    key, person = await enrolled(house)
    await known_at(house, person)
    browser = house.browser(AMERICA)
    page = await sign_in(browser, person.email, person.password)
    assert "/masuk/passkey" in page.url
    assert "/masuk" in (await browser.get("/akun")).url
    assert (await answered(browser, await browser.get("/masuk/kode"), key)).url.endswith("/akun")
    assert (await browser.get("/akun/keamanan")).url.endswith("/akun/keamanan")


async def test_whoever_has_a_number_is_held_until_its_code_is_shown(house: House) -> None:
    person, browser = await known_with_a_number(house), house.browser(AMERICA)
    page = await sign_in(browser, person.email, person.password)
    assert page.url.endswith("/masuk/kode")
    assert "Demi keamanan akun" in page.text
    assert "/masuk/kode" in (await browser.get("/akun")).url
    page = await browser.submit(page, press="send-code")
    page = await browser.submit(page, {"code": (await newest(house, "+6281398765432")).code}, press="submit-code")
    assert page.url.endswith("/akun")


@pytest.mark.parametrize("client", ["saldo", "mitra"])
async def test_a_held_sign_in_is_confirmed_on_the_way_to_a_service(house: House, client: str) -> None:
    """Even where the service counts no SMS, or asks for no level: the account's own factor lets the owner on."""
    person, browser, party = await known_with_a_number(house), house.browser(AMERICA), house.relying_party(client)
    page = await browser.get((await party.authorization("openid")).url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "send-code" in page.ids
    assert "/masuk/kode" in (await browser.get((await party.authorization("openid")).url)).url
    page = await browser.submit(page, press="send-code")
    page = await browser.submit(page, {"code": (await newest(house, "+6281398765432")).code}, press="submit-code")
    assert "code" in page.parameters


async def test_a_held_session_adds_no_factor_on_the_way(house: House) -> None:
    """T28: what is missing for a service is added after the sign-in is confirmed, never instead."""
    person, browser, party = await known_with_a_number(house), house.browser(AMERICA), house.relying_party("mitra")
    page = await browser.get((await party.authorization("openid", acr_values="urn:gerbang:acr:loa2")).url)
    page = await browser.submit(page, {"identifier": person.email, "password": person.password}, press="sign-in")
    assert "send-code" in page.ids
    away = await browser.get(page.url.replace("/masuk/kode", "/masuk/cara-kedua"))
    assert "/masuk/kode" in away.url
    assert "/masuk" in (await browser.get("/akun/keamanan/totp")).url


async def test_a_passkey_signs_in_anew_over_a_session_that_is_held(house: House) -> None:
    key, person = await enrolled(house)
    await known_at(house, person)
    browser = house.browser(AMERICA)
    first = await browser.get("/masuk")
    await sign_in(browser, person.email, person.password)
    assert (await answered(browser, first, key)).url.endswith("/akun")
    assert (await browser.get("/akun/keamanan")).url.endswith("/akun/keamanan")


async def sms_out(house: House, *others: str) -> None:
    async with house.provider.database.transaction() as tx:
        for channel in (channels.SPENT, *others):
            await breakers.trip(tx, channel, house.clock.now() + 600)


async def test_while_sms_is_out_of_order_a_mailed_code_confirms_the_sign_in_and_nothing_more(house: House) -> None:
    """Whoever has nothing but codes by SMS is not locked out with them; what asks for two factors still waits."""
    person, browser, party = await known_with_a_number(house), house.browser(AMERICA), house.relying_party("saldo")
    await sms_out(house)
    page = await sign_in(browser, person.email, person.password)
    assert page.url.endswith("/masuk/kode")
    assert "SMS sedang terganggu. Pakai cara lain." in page.text
    assert "Kali ini kode dari email cukup" in page.text
    page = await browser.submit(page, press="send-code")
    assert "code" in page.names
    code = (await newest(house, person.email)).code
    wrong = await browser.submit(page, {"code": "000000" if code != "000000" else "111111"}, press="submit-code")
    assert "Kode salah" in wrong.text
    assert (await browser.submit(wrong, {"code": code}, press="submit-code")).url.endswith("/akun")
    tokens = await party.sign_in(browser, person, scope="openid")
    assert tokens.claims["acr"].endswith("loa1")
    assert tokens.claims["amr"] == ["pwd"]
    page = await browser.get((await party.authorization("openid", acr_values="urn:gerbang:acr:loa2")).url)
    assert "SMS sedang terganggu. Coba lagi pukul" in page.text
    assert "method-email" not in page.ids
    assert "/masuk/kode" in (await browser.get("/akun/keamanan/totp")).url


async def test_a_mailed_code_stands_in_for_nothing_else(house: House) -> None:
    """Not while SMS works, not while mail does not, not for who wants a factor each time, and not on another session's word."""
    person, browser = await known_with_a_number(house), house.browser(AMERICA)

    async def refused() -> bool:
        page = await browser.get("/masuk/kode")
        form = {**dict(page.form_with("csrf").values), "method": "email"}
        answer = await browser.http.post("/masuk/kode", data=form)
        return "email" not in page.text and answer.status_code == 400

    await sign_in(browser, person.email, person.password)
    assert await refused()
    await sms_out(house, channels.SMTP)
    assert await refused()
    house.clock.advance(601)
    async with house.provider.database.transaction() as tx:
        await tx.execute(update(accounts).values(asks_factor_since=house.clock.now()))
    await sms_out(house)
    assert await refused()
    assert {one.subject for one in await letters(house, person.email)} <= {ALERT}
