"""F1, F2 and restarts: a provider that is killed, and a database that goes away, lose nothing and double nothing."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import httpx2
import pytest

from tests.protocol.stage import query_of
from tests.support.browser import Browser
from tests.support.postgres import PostgresCluster, postgres_cluster
from tests.support.relying_party import AuthorizationRequest, RelyingParty
from tests.support.servers import Server, Storages

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

OFFLINE = "openid offline_access"
PATIENT = {
    "IDP_LIFETIMES__CODE": "600",
    "IDP_LIFETIMES__PUSHED_REQUEST": "599",
    "IDP_LIFETIMES__REFRESH_GRACE": "60",
}
"""What waits for its answer while a program is started anew may wait as long as that takes on a busy machine."""
RECOVERY = 10
"""Seconds, security.md F2."""

Answer = httpx2.Response | httpx2.TransportError


async def ask(call: Awaitable[httpx2.Response]) -> Answer:
    """An answer, or that none came."""
    try:
        return await call
    except httpx2.TransportError as lost:
        return lost


def succeeded(answer: Answer) -> bool:
    return isinstance(answer, httpx2.Response) and answer.status_code == 200


@asynccontextmanager
async def signed_in(server: Server) -> AsyncIterator[tuple[RelyingParty, Browser]]:
    """The demo's client, and a browser that signed in through the pages."""
    party, browser = server.relying_party("bench"), server.browser()
    async with party.http, browser.http:
        await party.authorize(browser, server.account(), OFFLINE)
        yield party, browser


# Restart


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_everything_outlives_a_restart(servers: Callable[..., Server], end: str) -> None:
    """Sessions, families, codes, references and spent marks; also when nobody said goodbye."""
    server = servers(environment=PATIENT).start()
    async with signed_in(server) as (party, browser):
        await check_restart(server, party, browser, end)


async def check_restart(server: Server, party: RelyingParty, browser: Browser, end: str) -> None:
    request, answer = await party.authorize(browser, None, OFFLINE)
    tokens = await party.redeem(request, answer["code"])
    rotated = await party.refresh(tokens.refresh_token)
    current = await party.refresh(rotated.refresh_token)
    spent = await party.authorize(browser)
    online = await party.redeem(spent[0], spent[1]["code"])
    unused = await party.authorize(browser)
    pushing = await party.authorization()
    pushed = await party._post("pushed_authorization_request_endpoint", query_of(pushing.url))
    keys = (await party.http.get("/jwks")).json()

    server.kill() if end == "kill" else server.stop()
    server.start()

    assert (await party.http.get("/jwks")).json() == keys
    assert (await party.userinfo(online.access_token)).status_code == 200
    assert "code" in await party_answer(party, browser, prompt="none")
    await party.redeem(unused[0], unused[1]["code"])
    page = await browser.get("/authorize", client_id=party.client_id, request_uri=pushed.json()["request_uri"])
    await party.redeem(pushing, page.parameters["code"])
    await party.refresh(current.refresh_token)
    assert (await party.post_code(spent[0], spent[1]["code"])).json()["error"] == "invalid_grant"
    revived = await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert revived.json()["error"] == "invalid_grant", "T4: a restart revives no token"


async def party_answer(party: RelyingParty, browser: Browser, **parameters: str) -> dict[str, str]:
    return (await party.authorize(browser, None, "openid", **parameters))[1]


# F1


async def storm_and_kill(server: Server, party: RelyingParty, browser: Browser, pause: float) -> Counter[str]:
    """Kill the provider while codes are redeemed, start it, and count what became of each code."""
    asked: list[tuple[AuthorizationRequest, str]] = []
    for _ in range(24):
        request, parameters = await party.authorize(browser, None, OFFLINE)
        asked.append((request, parameters["code"]))
    tasks = [asyncio.create_task(ask(party.post_code(*one))) for one in asked]
    # Half of the rounds kill while the last of them are still on their way.
    await anyio.sleep(pause)
    await asyncio.to_thread(server.kill)
    answers = await asyncio.gather(*tasks)
    await server.forgotten()
    await asyncio.to_thread(server.start)
    fates: Counter[str] = Counter()
    for (request, code), answer in zip(asked, answers, strict=True):
        if succeeded(answer):
            assert isinstance(answer, httpx2.Response)
            kept = await party.userinfo(answer.json()["access_token"])
            assert kept.status_code == 200, "an acknowledged redemption was lost"
        again = await party.post_code(request, code)
        assert again.status_code in (200, 400)
        if again.status_code == 200:
            assert not succeeded(answer), "one code was redeemed twice"
            assert (await party.userinfo(again.json()["access_token"])).status_code == 200
            await party.refresh(again.json()["refresh_token"])
            fates["unused"] += 1
        else:
            fates["acknowledged" if succeeded(answer) else "used, answer lost"] += 1
        assert (await party.post_code(request, code)).status_code == 400
    return fates


async def f1(servers: Callable[..., Server], rounds: int) -> None:
    server = servers(environment=PATIENT).start()
    fates: Counter[str] = Counter()
    async with signed_in(server) as (party, browser):
        for number in range(rounds):
            fates += await storm_and_kill(server, party, browser, pause=(0.005, 0.02, 0.04, 0.08, 0.15)[number % 5])
    assert fates.total() == rounds * 24


async def test_f1_a_kill_in_a_storm_of_exchanges(servers: Callable[..., Server]) -> None:
    await f1(servers, 3)


@pytest.mark.long
@pytest.mark.timeout(14_400)
async def test_f1_a_thousand_kills(servers: Callable[..., Server]) -> None:
    """Half of them on each kind of storage."""
    await f1(servers, 500)


# F2


@pytest.fixture
def durable() -> Iterator[PostgresCluster]:
    """A cluster that says "committed" only when it is; the machine itself does not fail here, so fsync may stay off."""
    with postgres_cluster(synchronous_commit="on") as cluster:
        yield cluster


class Family:
    """A client that refreshes without end and remembers the last token that it was given."""

    def __init__(self, party: RelyingParty, refresh_token: str) -> None:
        self.party = party
        self.acknowledged = refresh_token
        self.outcomes: Counter[int] = Counter()
        self.refused_without_hint = 0
        self.tried = 0

    async def run(self) -> None:
        while True:
            self.tried += 1
            answer = await ask(self.party.token(grant_type="refresh_token", refresh_token=self.acknowledged))
            if isinstance(answer, httpx2.Response):
                self.outcomes[answer.status_code] += 1
                if answer.status_code == 200:
                    self.acknowledged = answer.json()["refresh_token"]
                elif answer.status_code == 503:
                    self.refused_without_hint += "retry-after" not in answer.headers
            await anyio.sleep(0.02)


@asynccontextmanager
async def running(families: list[Family]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(family.run()) for family in families]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_f2_postgresql_restarts_under_load(storages: Storages, durable: PostgresCluster) -> None:
    made = storages.empty()
    server = Server(replace(made, database_url=durable.create("gerbang")), environment=PATIENT).start()
    try:
        async with signed_in(server) as (party, browser):
            await check_outage(durable, party, browser)
    finally:
        server.stop()
        storages.remove(made)


async def check_outage(durable: PostgresCluster, party: RelyingParty, browser: Browser) -> None:
    families = []
    for _ in range(6):
        request, answer = await party.authorize(browser, None, OFFLINE)
        families.append(Family(party, (await party.redeem(request, answer["code"])).refresh_token))
    codes = [await party.authorize(browser) for _ in range(5)]
    async with running(families):
        await progress(families)
        await asyncio.to_thread(durable.crash)
        await check_without_database(party, browser, codes[0])
        await reached(families, 503, 1)
        await asyncio.to_thread(durable.start)
        began = time.monotonic()
        await progress(families)
        recovery = time.monotonic() - began
    assert recovery <= RECOVERY
    seen = sum((family.outcomes for family in families), Counter[int]())
    assert set(seen) <= {200, 503}, seen
    assert seen[503], "the load never met the outage"
    assert not any(family.refused_without_hint for family in families)
    for family in families:
        await party.refresh(family.acknowledged)  # an acknowledged rotation that was lost would raise the alarm
    for request, answer in codes:
        await party.redeem(request, answer["code"])
    assert "code" in await party_answer(party, browser, prompt="none")


async def progress(families: list[Family]) -> None:
    """Wait until every family has been refreshed twice more."""
    await reached(families, 200, 2)


async def reached(families: list[Family], status: int, more: int) -> None:
    """Wait until every family has had `more` answers of this status."""
    goals = [family.outcomes[status] + more for family in families]
    for _ in itertools.count():
        if all(family.outcomes[status] >= goal for family, goal in zip(families, goals, strict=True)):
            return
        await anyio.sleep(0.05)


async def check_without_database(
    party: RelyingParty, browser: Browser, unused: tuple[AuthorizationRequest, dict[str, str]]
) -> None:
    """What needs no database answers as ever; everything else says when to come again."""
    for path in ("/jwks", "/.well-known/openid-configuration"):
        assert (await party.http.get(path)).status_code == 200
    told = await party.post_code(unused[0], unused[1]["code"])
    assert (told.status_code, told.json()["error"]) == (503, "temporarily_unavailable")
    assert int(told.headers["retry-after"]) > 0
    page = await browser.get((await party.authorization()).url)
    assert page.status == 503
    assert int(page.headers["retry-after"]) > 0
