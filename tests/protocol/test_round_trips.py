"""Goal 9: how often each hot path waits for PostgreSQL, counted on the wire once everything is warm."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from idp.base.clock import ManualClock
from idp.flows import rotate_keys
from idp.store.tables import accounts
from tests.protocol.stage import Stage
from tests.support.authenticator import Authenticator, asked
from tests.support.entropy import RepeatableEntropy
from tests.support.relying_party import AuthorizationRequest
from tests.support.round_trips import RoundTrips, round_trips
from tests.support.servers import Storage, Storages, open_house

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("backend", ["postgresql"], indirect=True)]

OFFLINE = "openid profile offline_access"


@pytest.fixture(scope="module")
async def counted(storages: Storages, seeded: Storage) -> AsyncIterator[tuple[Stage, RoundTrips]]:
    made = storages.empty(seeded)
    address = urlsplit(made.database_url)
    assert address.hostname
    assert address.port
    async with round_trips(address.hostname, address.port) as seen:
        behind = replace(made, database_url=made.database_url.replace(f":{address.port}/", f":{seen.port}/"))
        async with open_house(behind, ManualClock(), RepeatableEntropy("round trips")) as house:
            await rotate_keys.ensure(house.provider)
            await house.provider.refresh_memory()
            yield Stage(house), seen
    storages.remove(made)


async def cost(seen: RoundTrips, do: Callable[[], Awaitable[object]]) -> int:
    """The fewest round trips of four: the first may connect and prepare, and a listener looks for changes now and then."""
    costs = []
    for _ in range(4):
        before = seen.count
        await do()
        costs.append(seen.count - before)
    return min(costs)


async def test_documents_cost_nothing(counted: tuple[Stage, RoundTrips]) -> None:
    stage, seen = counted
    for path in ("/jwks", "/.well-known/openid-configuration"):
        assert await cost(seen, lambda path=path: stage.http.get(path)) == 0  # type: ignore[misc]


async def test_client_credentials_cost_nothing(counted: tuple[Stage, RoundTrips]) -> None:
    stage, seen = counted
    machine = await stage.party(grant_types=["client_credentials"], redirect_uris=[], scope="keys:read")
    assert (await machine.token(grant_type="client_credentials")).status_code == 200
    assert await cost(seen, lambda: machine.token(grant_type="client_credentials")) == 0


async def test_a_code_exchange_costs_one(counted: tuple[Stage, RoundTrips]) -> None:
    stage, seen = counted
    party, browser, _ = await stage.signed_in()
    codes: list[tuple[AuthorizationRequest, str]] = [await party.code(browser, OFFLINE) for _ in range(4)]
    assert await cost(seen, lambda: party.redeem(*codes.pop())) == 1


async def test_a_refresh_costs_one(counted: tuple[Stage, RoundTrips]) -> None:
    stage, seen = counted
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, OFFLINE)

    async def refresh() -> None:
        nonlocal tokens
        tokens = await party.refresh(tokens.refresh_token)

    assert await cost(seen, refresh) == 1


async def test_userinfo_and_introspection_cost_one(counted: tuple[Stage, RoundTrips]) -> None:
    stage, seen = counted
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, OFFLINE)
    assert await cost(seen, lambda: party.userinfo(tokens.access_token)) == 1
    assert await cost(seen, lambda: party.introspect(tokens.access_token)) == 1
    assert await cost(seen, lambda: party.introspect(tokens.refresh_token)) == 1


async def test_garbage_costs_nothing(counted: tuple[Stage, RoundTrips]) -> None:
    stage, seen = counted
    party = await stage.party()
    await party.metadata()
    assert await cost(seen, lambda: party.userinfo("a.b.c")) == 0
    assert await cost(seen, lambda: party.introspect("A" * 70)) == 0
    assert await cost(seen, lambda: party.token(grant_type="refresh_token", refresh_token="A" * 70)) == 0


async def test_an_authorization_with_a_session_costs_two(counted: tuple[Stage, RoundTrips]) -> None:
    stage, seen = counted
    party, browser, _ = await stage.signed_in()
    assert await cost(seen, lambda: party.code(browser, OFFLINE)) <= 2


async def test_a_password_costs_two(counted: tuple[Stage, RoundTrips]) -> None:
    """The POST of the sign-in page alone; the way back to the authorization endpoint is counted above."""
    stage, seen = counted
    party = stage.house.relying_party()
    account = stage.house.account()
    costs = []
    for _ in range(3):
        browser = stage.house.browser()
        page = await browser.get((await party.authorization()).url)
        form = page.form_with("password")
        values = {**dict(form.values), "identifier": account.email, "password": account.password}
        before = seen.count
        answer = await browser.http.post(form.action, data=values, follow_redirects=False)
        costs.append(seen.count - before)
        assert answer.status_code == 303, answer.text
        assert "lanjut" in answer.headers["location"]
    assert min(costs) <= 2, costs


async def test_a_passkey_costs_two(counted: tuple[Stage, RoundTrips]) -> None:
    stage, seen = counted
    party, account = stage.house.relying_party(), stage.house.account(1)
    browser, key = stage.house.browser(), Authenticator(stage.house.issuer)
    async with stage.provider.database.transaction() as tx:
        await tx.execute(update(accounts).values(sms_off_at=stage.clock.now()))
    page = await browser.get("/masuk?kembali=passkey")
    page = await browser.submit(page, {"identifier": account.email, "password": account.password}, press="sign-in")
    await browser.submit(page, {"passkey": key.create(asked(page))})
    costs = []
    for _ in range(3):
        browser = stage.house.browser()
        page = await browser.get((await party.authorization()).url)
        form = page.form_with("passkey")
        values = {**dict(form.values), "passkey": key.get(asked(page))}
        before = seen.count
        answer = await browser.http.post(form.action, data=values, follow_redirects=False)
        costs.append(seen.count - before)
        assert answer.status_code == 303, answer.text
        assert "lanjut" in answer.headers["location"]
    assert min(costs) <= 2, costs
