"""Whoever writes an account and more of its person takes the account first: in two orders, two of them wait for each other.

«Bukan saya» holds the account while it takes back what waits; here it does so in the moment in which that is carried out.
And a session begins before or after what ends all others, and never beside it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from idp.accounts import account, entrance, passkey, removal, requests
from idp.accounts.requests import Request
from idp.base.opaque import Handle
from idp.flows import erase, logout, owner, people, privacy, privacy_desk, second_factor, sign_in
from idp.flows import removal as removals
from idp.flows.privacy_desk import NotARequest
from idp.flows.sign_in import Refused
from idp.provider import Provider
from idp.sessions import levels, session
from idp.sessions.session import Session
from idp.sessions.visitor import Visitor
from idp.store.database import Tx
from idp.web.cookies import session_cookie
from tests.journeys.test_account import at_home, at_home_with_both
from tests.journeys.test_recover import plain
from tests.journeys.test_sign_in import enter
from tests.journeys.test_sign_in_always import code, switched_on
from tests.support.authenticator import Authenticator
from tests.support.authenticator import asked as asked_of
from tests.support.browser import Browser, Page
from tests.support.locks import waited_for
from tests.support.servers import House

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["postgresql"], indirect=True)]

TakeBack = Callable[[Tx], Awaitable[object]]


async def siti(house: House) -> UUID:
    found = await people.find(house.provider, house.account(1).email)
    assert found
    return found.id


async def asked(provider: Provider, account_id: UUID, kind: str) -> UUID:
    now = provider.clock.now()
    made = Request(provider.new_id(), account_id, kind, requests.OPEN, now, now, {"name": "Siti Rahma"}, runs_at=now)
    async with provider.database.transaction() as tx:
        assert await requests.add(tx, provider.sealer, made)
    return made.id


async def at_once(provider: Provider, account_id: UUID, deed: Awaitable[object], take_back: TakeBack) -> object:
    """Take something back while `deed`, which would carry it out, has begun; what comes of the deed."""
    async with provider.database.transaction() as tx, asyncio.timeout(60):
        await account.lock(tx, account_id)
        doing = asyncio.ensure_future(deed)
        await waited_for(tx)
        await take_back(tx)
    return await doing


def visitor_of(house: House, browser: Browser) -> Visitor:
    here = Handle.parse(browser.http.cookies[session_cookie(house.provider.settings)])
    return Visitor(here, b"d" * 16, "198.51.100.7", "")


async def cancel(provider: Provider, request_id: UUID, tx: Tx) -> None:
    assert await requests.decide(tx, provider.sealer, request_id, requests.CANCELLED, "owner", provider.clock.now())


async def test_a_deletion_that_is_taken_back_as_it_is_carried_out(house: House) -> None:
    provider, account_id = house.provider, await siti(house)
    request = await asked(provider, account_id, requests.DELETE)
    done = await at_once(
        provider, account_id, erase.carry_out(provider, request), lambda tx: cancel(provider, request, tx)
    )
    assert done is False
    assert await siti(house) == account_id


async def test_a_correction_that_is_taken_back_as_an_officer_makes_it(house: House) -> None:
    provider, account_id = house.provider, await siti(house)
    request = await asked(provider, account_id, requests.CORRECT)
    with pytest.raises(NotARequest):
        await at_once(
            provider,
            account_id,
            privacy_desk.complete(provider, request, by="officer"),
            lambda tx: cancel(provider, request, tx),
        )


async def test_a_removal_that_is_called_off_as_its_day_is_over(house: House) -> None:
    provider, account_id = house.provider, await siti(house)
    async with provider.database.transaction() as tx:
        await removal.ask(tx, provider.new_handle(), account_id, levels.SMS, provider.clock.now() - removal.WAIT)
    done = await at_once(
        provider, account_id, removals.finish_due(provider), lambda tx: removal.call_off(tx, account_id, levels.SMS)
    )
    assert done == 0


async def test_a_sign_in_beside_a_new_password_is_one_with_the_old_one(house: House) -> None:
    """It saw the old password a moment ago; its session would be of the same second as the end of all others."""
    provider, person, account_id = house.provider, house.account(1), await siti(house)
    visitor = Visitor(None, b"d" * 16, "198.51.100.7", "")

    async def another_password(tx: Tx) -> None:
        now = provider.clock.now()
        await entrance.set_password(tx, account_id, await provider.hasher.hash("layar biru di teluk"), "hybrid-1", now)
        await logout.end_all(provider, tx, account_id, "recovery", visitor.network)

    trying = sign_in.sign_in(provider, visitor, person.email, person.password, public_device=False)
    assert isinstance(await at_once(provider, account_id, trying, another_password), Refused)
    async with provider.database.reading() as tx:
        assert not await session.live_of(tx, account_id, provider.settings.lifetimes, provider.clock.now())


async def test_a_passkey_that_is_suspended_as_it_signs_in_opens_nothing(house: House) -> None:
    """It was as good as ever when its signature was looked at."""
    provider, key, person = house.provider, Authenticator(house.issuer), plain(house)
    here = await at_home_with_both(house, person)
    known = await people.find(provider, person.email)
    assert known
    account_id = known.id
    page = await here.get("/akun/keamanan/passkey")
    await here.submit(page, {"name": "HP lama", "passkey": key.create(asked_of(page))})

    async def disown(tx: Tx) -> None:
        (held,) = await passkey.of(tx, account_id)
        await passkey.suspend(tx, account_id, held.id, provider.clock.now())
        await entrance.require_reset(tx, account_id, provider.clock.now())

    stranger = house.browser("203.0.113.1")
    door = await stranger.get("/masuk")
    showing = stranger.submit(door, {"passkey": key.get(asked_of(door))}, form=door.form_with("passkey"))
    answer = await at_once(provider, account_id, showing, disown)
    assert isinstance(answer, Page)
    assert answer.status == 400
    assert "/masuk" in (await stranger.get("/akun")).url


async def test_a_session_that_is_about_to_stand_ends_with_all_others(house: House) -> None:
    provider, account_id = house.provider, await siti(house)
    now, handle = provider.clock.now(), provider.new_handle()
    async with provider.database.transaction() as tx, asyncio.timeout(60):
        begun = Session(handle.id, account_id, {levels.PASSWORD: now}, now, now, now, now + 3600)
        await session.insert(tx, handle, begun)
        doing = asyncio.ensure_future(people.set_password(provider, account_id, "layar biru di teluk sunyi", by="test"))
        await waited_for(tx)
    await doing
    async with provider.database.reading() as tx:
        assert not await session.live_of(tx, account_id, provider.settings.lifetimes, now)


async def test_what_an_operator_writes_beside_a_persons_wish_is_not_written_over(house: House) -> None:
    provider, account_id = house.provider, await siti(house)
    browser = await at_home(house, house.account(1))
    visitor = visitor_of(house, browser)
    stands = await owner.present(provider, visitor)
    assert stands
    wish = privacy.prefer(provider, visitor, stands, "en", "Asia/Jayapura")
    declared = {"nickname": "Iti"}
    await at_once(
        provider, account_id, wish, lambda tx: account.correct(tx, account_id, provider.clock.now(), claims=declared)
    )
    person = await people.find(provider, house.account(1).email)
    assert person
    assert person.claims == {**declared, "zoneinfo": "Asia/Jayapura"}


async def test_a_session_that_is_ended_as_it_shows_its_second_factor(house: House) -> None:
    """The owner sends somebody out who knows the password and is about to type a code."""
    provider, person, browser = house.provider, await switched_on(house), house.browser()
    await enter(browser, person.email, person.password)
    visitor = visitor_of(house, browser)
    stands = await owner.here(provider, visitor)
    assert stands
    assert stands.held
    account_id, session_id = stands.account_id, stands.session.id

    async def send_out(tx: Tx) -> None:
        await logout.end_session(provider, tx, session_id, account_id, "person", visitor.network)

    showing = second_factor.prove(provider, visitor, stands, levels.TOTP, code(house))
    assert await at_once(provider, account_id, showing, send_out) == second_factor.Wrong(levels.TOTP)


async def test_a_session_that_is_ended_as_it_goes_on_to_a_service(house: House) -> None:
    provider, browser = house.provider, await at_home(house, house.account(1))
    stands = await owner.here(provider, visitor_of(house, browser))
    assert stands
    account_id, session_id = stands.account_id, stands.session.id
    house.clock.advance(60)
    party = house.relying_party("saldo")
    request = await party.authorization("openid")

    async def send_out(tx: Tx) -> None:
        await logout.end_session(provider, tx, session_id, account_id, "person", "198.51.100.7")

    page = await at_once(provider, account_id, browser.get(request.url), send_out)
    assert isinstance(page, Page)
    assert (await party.post_code(request, page.parameters["code"])).json()["error"] == "invalid_grant"
