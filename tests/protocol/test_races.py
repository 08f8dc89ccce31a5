"""T1 and T3 against the real program: many ask at once, one gets it. On PostgreSQL two processes answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.protocol.stage import Stage, path, query_of
from tests.protocol.test_faults import PATIENT
from tests.support.browser import Browser
from tests.support.crowd import Crowd, crowd
from tests.support.relying_party import RelyingParty
from tests.support.servers import Server, Storages, running

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

PARALLEL = 200
OFFLINE = "openid offline_access"


Racers = tuple[RelyingParty, Browser, Crowd]


@pytest.fixture(scope="module")
def server(storages: Storages) -> Iterator[Server]:
    with running(storages, PATIENT) as started:
        yield started


@pytest.fixture(scope="module")
async def racers(server: Server) -> AsyncIterator[Racers]:
    """The demo's client, a browser that signed in through the pages, and everybody who asks at once."""
    party, browser = server.relying_party("bench"), server.browser()
    async with party.http, browser.http, crowd(server.issuer, PARALLEL) as everybody:
        await party.authorize(browser, server.account(), OFFLINE)
        yield party, browser, everybody


async def race_for_a_code(party: RelyingParty, browser: Browser, everybody: Crowd) -> None:
    request, answer = await party.authorize(browser, None, OFFLINE)
    answers = await everybody.ask(await party.token_request(**party.exchange(request, answer["code"])))
    assert Counter(each.status for each in answers) == {200: 1, 400: PARALLEL - 1}
    assert {each.json()["error"] for each in answers if each.status == 400} == {"invalid_grant"}
    (won,) = [each.json() for each in answers if each.status == 200]
    assert (await party.userinfo(won["access_token"])).status_code == 401, "the replays ended what the code gave"
    refused = await party.token(grant_type="refresh_token", refresh_token=won["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


async def race_for_a_refresh(party: RelyingParty, browser: Browser, everybody: Crowd) -> None:
    request, answer = await party.authorize(browser, None, OFFLINE)
    tokens = await party.redeem(request, answer["code"])
    refresh = await party.token_request(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    answers = await everybody.ask(refresh)
    assert {each.status for each in answers} == {200}
    (successor,) = {each.json()["refresh_token"] for each in answers}
    assert successor != tokens.refresh_token
    await party.refresh(successor)


async def test_t1_one_code_is_redeemed_once(racers: Racers) -> None:
    for _ in range(3):
        await race_for_a_code(*racers)


async def test_t3_one_refresh_token_has_one_successor(racers: Racers) -> None:
    for _ in range(3):
        await race_for_a_refresh(*racers)


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_t1_and_t3_a_thousand_times(racers: Racers) -> None:
    for _ in range(1000):
        await race_for_a_code(*racers)
        await race_for_a_refresh(*racers)


async def test_t3_an_old_token_in_the_crowd_ends_the_family(racers: Racers) -> None:
    """A thief and the owner at once: whatever the order, nothing of the family is left."""
    party, browser, _ = racers
    request, answer = await party.authorize(browser, None, OFFLINE)
    first = await party.redeem(request, answer["code"])
    second = await party.refresh(first.refresh_token)
    third = await party.refresh(second.refresh_token)
    both = [first.refresh_token, third.refresh_token] * 20
    answers = await asyncio.gather(*(party.token(grant_type="refresh_token", refresh_token=token) for token in both))
    given = {each.json()["refresh_token"] for each in answers if each.status_code == 200}
    assert len(given) <= 1
    for token in (third.refresh_token, *given):
        assert (await party.token(grant_type="refresh_token", refresh_token=token)).json()["error"] == "invalid_grant"


async def test_one_pushed_request_gives_one_code(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    request = await party.authorization()
    pushed = await party._post("pushed_authorization_request_endpoint", query_of(request.url))
    address = {"client_id": party.client_id, "request_uri": pushed.json()["request_uri"]}
    pages = await asyncio.gather(*(browser.get("/authorize", **address) for _ in range(40)))
    outcomes = Counter("code" if "code" in page.parameters else page.parameters["error"] for page in pages)
    assert outcomes == {"code": 1, "invalid_request_uri": 39}


async def test_a_sign_out_and_a_redemption_at_once(stage: Stage) -> None:
    """Either the code is too late, or its tokens end with the session; never a token that outlives it."""
    for _ in range(10):
        party, browser, _person = await stage.signed_in()
        tokens = await party.tokens(browser)
        request, code = await party.code(browser)
        redeemed, _ = await asyncio.gather(
            party.post_code(request, code), browser.http.get("/end_session", params={"id_token_hint": tokens.id_token})
        )
        assert redeemed.status_code in (200, 400)
        if redeemed.status_code == 200:
            assert (await party.userinfo(redeemed.json()["access_token"])).status_code == 401
        assert path(await browser.get((await party.authorization()).url)) == "/masuk"
