"""What a code would stand on goes in the very moment in which it is written: then there is none, and the person is asked again.

Each time the request has been judged already, and waits for whoever holds the account.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from idp.accounts import account
from idp.flows import logout, people, register_client
from idp.grants import consent
from idp.grants.consent import Consent
from idp.store import dossier
from idp.store.database import Tx
from idp.store.tables import grants
from tests.protocol.stage import Party, Person, Stage, path
from tests.protocol.test_pushed import pushed
from tests.support.browser import Browser, Page
from tests.support.locks import queued_behind

pytestmark = pytest.mark.anyio

Deed = Callable[[Tx], Awaitable[object]]
SCOPE = "openid profile email"
OFFLINE = "openid offline_access"


async def meanwhile(stage: Stage, person: Person, asking: Awaitable[Page], deed: Deed) -> Page:
    """What comes of `asking` when `deed` is done after it was judged, and before its code is written."""
    database = stage.provider.database
    async with database.transaction() as tx, asyncio.timeout(60):
        await account.lock(tx, person.id)
        doing = asyncio.ensure_future(asking)
        await queued_behind(database, tx)
        await deed(tx)
    return await doing


async def authorize(party: Party, browser: Browser, **parameters: str) -> Page:
    return await browser.get((await party.authorization(SCOPE, **parameters)).url)


async def codes(stage: Stage, person: Person) -> int:
    async with stage.provider.database.reading() as tx:
        found = await tx.execute(select(grants.c.id).where(grants.c.account_id == person.id))
        return len(found.all())


def erasing(person: Person) -> Deed:
    return lambda tx: dossier.erase(tx, person.id)


def withdrawing(stage: Stage, person: Person, party: Party) -> Deed:
    async def withdraw(tx: Tx) -> None:
        """As `idp.flows.consent.withdraw` does."""
        now, client_id = stage.clock.now(), party.client_id
        assert await consent.withdraw(tx, stage.provider.new_id(), person.id, client_id, now)
        await logout.disconnect(stage.provider, tx, person.id, client_id, "person")

    return withdraw


async def asked_before(stage: Stage) -> tuple[Party, Browser, Person]:
    """A service that has to ask, and somebody who has allowed it everything."""
    party, browser, person = await stage.signed_in(first_party=False)
    await stage.consent(person, party)
    await party.code(browser, SCOPE)
    return party, browser, person


async def test_an_account_that_is_erased_is_nobody_who_is_here(stage: Stage) -> None:
    party, browser, person = await stage.signed_in()
    page = await meanwhile(stage, person, authorize(party, browser), erasing(person))
    assert path(page) == "/masuk"
    silent, person = await stage.party(), await stage.person()
    asking = authorize(silent, await stage.browser(person), prompt="none")
    page = await meanwhile(stage, person, asking, erasing(person))
    assert page.parameters["error"] == "login_required"


async def test_what_an_account_had_given_goes_with_it(stage: Stage) -> None:
    party, browser, person = await stage.signed_in()
    request, code = await party.code(browser, OFFLINE)
    tokens = await party.tokens(browser, OFFLINE)
    async with stage.provider.database.transaction() as tx, asyncio.timeout(60):
        await dossier.erase(tx, person.id)
        redeeming = asyncio.ensure_future(party.post_code(request, code))
        refreshing = asyncio.ensure_future(party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token))
        await queued_behind(stage.provider.database, tx, 2)
    for refused in (await redeeming, await refreshing):
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_whoever_signs_in_to_an_account_that_is_erased_is_refused(stage: Stage) -> None:
    house = stage.house
    known = await people.find(stage.provider, house.account(1).email)
    assert known
    browser = house.browser()
    page = await browser.get("/masuk")
    values = {"identifier": house.account(1).email, "password": house.account(1).password}
    person = Person(known.id, known.name, house.account(1).email)
    page = await meanwhile(stage, person, browser.submit(page, values, press="sign-in"), erasing(person))
    assert path(page) == "/masuk"
    assert "password" in page.names


async def test_a_consent_that_is_withdrawn_lets_no_code_through(stage: Stage) -> None:
    party, browser, person = await asked_before(stage)
    before = await codes(stage, person)
    page = await meanwhile(stage, person, authorize(party, browser), withdrawing(stage, person, party))
    assert path(page) == "/izin"
    assert await codes(stage, person) == before
    await stage.consent(person, party)
    asking = authorize(party, browser, prompt="none")
    page = await meanwhile(stage, person, asking, withdrawing(stage, person, party))
    assert page.parameters["error"] == "consent_required"


async def test_a_consent_that_was_just_given_and_is_withdrawn_in_another_tab_is_asked_for_again(stage: Stage) -> None:
    party, browser, person = await stage.signed_in(first_party=False)
    page = await authorize(party, browser, prompt="consent")
    form = page.form_with("claim")
    answer = await browser.http.post(
        form.action, data={**dict(form.values), "decision": "allow"}, follow_redirects=False
    )
    async with stage.provider.database.transaction() as tx:
        await withdrawing(stage, person, party)(tx)
    assert path(await browser.get(answer.headers["location"])) == "/izin"


async def test_what_is_kept_back_meanwhile_is_kept_back_from_the_code(stage: Stage) -> None:
    party, browser, person = await asked_before(stage)

    async def keep_back(tx: Tx) -> None:
        now = stage.clock.now()
        less = Consent(frozenset(SCOPE.split()), frozenset(), now, withheld=frozenset({"nickname"}))
        entry = stage.provider.new_id()
        await consent.remember(tx, entry, person.id, party.client_id, less, frozenset({"nickname"}), now + 86400)

    request = await party.authorization(SCOPE)
    page = await meanwhile(stage, person, browser.get(request.url), keep_back)
    tokens = await party.redeem(request, page.parameters["code"])
    told = (await party.userinfo(tokens.access_token)).json()
    assert "name" in told
    assert "nickname" not in told


async def test_a_pushed_request_outlives_being_asked_again(stage: Stage) -> None:
    party, browser, person = await asked_before(stage)
    request, request_uri = await pushed(party, scope=SCOPE)
    asking = browser.get("/authorize", client_id=party.client_id, request_uri=request_uri)
    page = await meanwhile(stage, person, asking, withdrawing(stage, person, party))
    page = await browser.submit(page, press="allow")
    await party.redeem(request, page.parameters["code"])


async def test_a_client_that_is_removed_redeems_nothing(stage: Stage) -> None:
    """Grants name their client and do not hang on it: the code is written, and there is nobody to redeem it."""
    party, browser, person = await stage.signed_in()
    request = await party.authorization(SCOPE)

    async def remove(tx: Tx) -> None:
        await register_client.remove(stage.provider, tx, party.client_id, by="test")

    page = await meanwhile(stage, person, browser.get(request.url), remove)
    await stage.provider.refresh_memory()
    refused = await party.post_code(request, page.parameters["code"])
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_a_yes_of_an_account_that_is_erased_is_a_form_out_of_date(stage: Stage) -> None:
    party, browser, person = await stage.signed_in(first_party=False)
    page = await authorize(party, browser)
    page = await meanwhile(stage, person, browser.submit(page, press="allow"), erasing(person))
    assert page.status == 409
