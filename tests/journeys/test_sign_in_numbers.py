"""Signing in with a NIK or a participant number: once it was verified, and then as with any other alias."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import select

from idp.accounts import account, lookup
from idp.flows import people
from idp.flows.people import Wanted
from idp.store.tables import audit
from tests.journeys.test_sign_in import costs_of, enter, guess, signed_in
from tests.support.relying_party import Account
from tests.support.round_trips import counted
from tests.support.servers import House

pytestmark = pytest.mark.anyio

NIK, KPJ, LIKE_A_MOBILE = "5171032802960006", "20005678901", "08136789012"
PASSWORD = "layang putus di atas sawah"


async def person_with(
    house: House, *numbers: str, verified: bool = True, email: str = "made@contoh.example"
) -> Account:
    """An account that these numbers lead to."""
    await people.create(house.provider, Wanted(email=email, name="Made Suartana", password=PASSWORD), by="test")
    found = await people.find(house.provider, email)
    assert found
    kinds = {16: lookup.NIK, 11: lookup.KPJ}
    keys = [(kinds[len(number)], lookup.key(house.provider.material, kinds[len(number)], number)) for number in numbers]
    async with house.provider.database.transaction() as tx:
        assert await lookup.claim(tx, found.id, keys, house.clock.now())
        if verified:
            await account.identify(tx, found.id, 1, "registry", house.clock.now())
    return Account(email, PASSWORD)


@pytest.mark.parametrize("typed", [NIK, "5171.0328.0296.0006", KPJ, "2000 5678 901", LIKE_A_MOBILE])
async def test_a_verified_number_opens_the_account(house: House, typed: str) -> None:
    person = await person_with(house, NIK, KPJ, LIKE_A_MOBILE)
    browser = house.browser()
    await enter(browser, typed, person.password)
    assert await signed_in(browser)


async def test_a_number_that_nobody_verified_opens_nothing(house: House) -> None:
    person = await person_with(house, NIK, KPJ, verified=False)
    for number in (NIK, KPJ):
        browser = house.browser()
        page = await enter(browser, number, person.password)
        assert (page.status, await signed_in(browser)) == (400, False)
        assert "Email atau kata sandi salah" in page.text


async def test_of_two_readings_the_mobile_is_meant(house: House) -> None:
    """A participant number that happens to be somebody's mobile number belongs, in this field, to the telephone's owner."""
    person = await person_with(house, LIKE_A_MOBILE)
    other = Wanted(
        email="siti.lain@contoh.example", phone="08136789012", name="Siti Lain", password="sawah di atas layang"
    )
    await people.create(house.provider, other, by="test")
    browser = house.browser()
    await enter(browser, LIKE_A_MOBILE, person.password)
    assert not await signed_in(browser)
    await enter(browser, LIKE_A_MOBILE, other.password or "")
    assert await signed_in(browser)


async def test_every_alias_is_the_same_account_to_the_throttle(house: House) -> None:
    """T31: two hundred guesses at once by address, NIK and participant number: six are looked at."""
    person = await person_with(house, NIK, KPJ, LIKE_A_MOBILE)
    names = (person.email, NIK, KPJ, LIKE_A_MOBILE)
    http = house.http("203.0.113.9")
    token = re.search(r'name="csrf" value="([^"]+)"', (await http.get("/masuk")).text)
    assert token

    async def attempt(number: int) -> int:
        form = {"csrf": token[1], "identifier": names[number % 4], "password": f"tebakan nomor {number}"}
        return (await http.post("/masuk", data=form)).status_code

    statuses = await asyncio.gather(*(attempt(number) for number in range(200)))
    assert set(statuses) <= {400, 429, 503}
    assert 1 <= statuses.count(400) <= 6
    assert (await guess(house, "203.0.113.9", KPJ, person.password)).status_code == 429


async def test_numbers_are_refused_in_the_same_words_whoever_has_them(house: House) -> None:
    """T33: and a number that nobody has is throttled like one that somebody has."""
    await person_with(house, NIK, KPJ)
    pages = [
        await guess(house, f"203.0.113.{place}", number)
        for place, number in enumerate((NIK, KPJ, "5171032802960007", "20005678999", "081399990000"))
    ]
    assert {page.status_code for page in pages} == {400}
    traces = r'value="[^"]*"|data-options="[^"]*"'
    assert len({re.sub(traces, "", page.text) for page in pages}) == 1
    for number in ("5171032802960007", NIK):
        assert [(await guess(house, "203.0.113.77", number)).status_code for _ in range(7)] == [400] * 6 + [429]


async def test_a_service_may_hint_at_a_number(house: House) -> None:
    request = await house.relying_party().authorization("openid", login_hint=KPJ)
    page = await house.browser().get(request.url)
    assert dict(page.form_with("password").values)["identifier"] == KPJ


async def test_no_number_reaches_the_audit_trail_or_an_address(
    house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    person = await person_with(house, NIK, KPJ)
    browser = house.browser()
    page = await enter(browser, NIK, "salah sama sekali")
    assert NIK not in page.url
    await enter(browser, NIK, person.password)
    async with house.provider.database.reading() as tx:
        told = [str(dict(row._mapping)) for row in await tx.execute(select(audit))]
    assert told
    said = "".join(told) + caplog.text + "".join(capfd.readouterr())
    assert NIK not in said


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_two_readings_cost_no_round_trip_more(
    houses: Callable[..., AbstractAsyncContextManager[House]], backend: str
) -> None:
    async with houses() as plain:
        address = plain.storage.database_url
    async with counted(address) as trips, houses(database_url=trips.url) as house:
        person = await person_with(house, LIKE_A_MOBILE)
        for _ in range(3):  # statements are prepared once for each connection
            await enter(house.browser(), person.email, person.password)
            await enter(house.browser(), person.email, "salah sama sekali")
        passwords = (person.password, "salah sama sekali")
        costs = [await costs_of(trips, house.browser(), LIKE_A_MOBILE, passwords) for _ in range(3)]
        assert max(map(min, zip(*costs, strict=True))) <= 2, costs
