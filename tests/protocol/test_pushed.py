"""Pushed authorization requests (RFC 9126), and the parts of the FAPI plan's PAR modules that hold for every client."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from tests.protocol.stage import Party, Stage, path, stayed
from tests.protocol.test_basic import shannon_bits
from tests.support.browser import Browser, Page
from tests.support.relying_party import AuthorizationRequest

pytestmark = pytest.mark.anyio

URN = "urn:ietf:params:oauth:request_uri:"


@pytest.fixture
async def party(stage: Stage) -> Party:
    return await stage.party()


@pytest.fixture
async def browser(stage: Stage) -> Browser:
    return await stage.browser(await stage.person())


async def push(party: Party, **parameters: str | None) -> tuple[AuthorizationRequest, httpx2.Response]:
    request = await party.authorization(**{"scope": "openid", **parameters})  # type: ignore[arg-type]
    form = dict(parse_qsl(urlsplit(request.url).query))
    return request, await party._post("pushed_authorization_request_endpoint", form)


async def pushed(party: Party, **parameters: str | None) -> tuple[AuthorizationRequest, str]:
    request, answer = await push(party, **parameters)
    assert answer.status_code == 201, answer.text
    return request, str(answer.json()["request_uri"])


async def go(browser: Browser, party: Party, request_uri: str, **more: str) -> Page:
    return await browser.get("/authorize", client_id=party.client_id, request_uri=request_uri, **more)


async def test_a_pushed_request_is_answered(party: Party, browser: Browser, stage: Stage) -> None:
    request, answer = await push(party)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"request_uri", "expires_in"}
    assert body["expires_in"] == stage.house.settings.lifetimes.pushed_request < 600
    assert body["request_uri"].startswith(URN)
    assert shannon_bits(body["request_uri"].removeprefix(URN)) > 96
    parameters = (await go(browser, party, body["request_uri"])).parameters
    assert parameters["state"] == request.state
    await party.redeem(request, parameters["code"])


async def test_what_stands_outside_does_not_count(party: Party, browser: Browser) -> None:
    """`state-only-outside-request-object-not-used` and its kin."""
    request, request_uri = await pushed(party, state=None, nonce="inner")
    page = await go(
        browser, party, request_uri, state="outer", nonce="outer", redirect_uri="https://evil.example", scope="email"
    )
    assert "state" not in page.parameters
    assert (await party.redeem(request, page.parameters["code"])).claims["nonce"] == "inner"


async def test_a_posted_reference_is_opened_as_well(party: Party, browser: Browser) -> None:
    request, request_uri = await pushed(party)
    form = {"client_id": party.client_id, "request_uri": request_uri, "state": "outer", "scope": "email"}
    posted = await party.http.post("/authorize", data=form)
    page = await browser.get(posted.headers["location"])
    assert page.parameters["state"] == request.state
    await party.redeem(request, page.parameters["code"])


async def test_a_made_up_reference_does_not_carry_a_request(party: Party, browser: Browser) -> None:
    """By GET or by POST, what stands beside an unknown reference is no request; it only says where to refuse it."""
    request = await party.authorization()
    query = urlsplit(request.url).query + "&" + urlencode({"request_uri": URN + "A" * 64})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    posted = await party.http.post("/authorize", content=query, headers=form)
    for address in (f"/authorize?{query}", posted.headers["location"]):
        answer = (await browser.get(address)).parameters
        assert (answer["error"], answer["state"]) == ("invalid_request_uri", request.state)
        assert "code" not in answer
    stayed(await go(browser, party, URN + "A" * 64))
    stayed(await go(browser, party, URN + "A" * 64, redirect_uri="https://evil.example/"))


async def test_looking_does_not_use_it_up(stage: Stage, party: Party, browser: Browser) -> None:
    """`par-ensure-reused-request-uri-prior-to-auth-completion-succeeds`: a prefetch, a reload, a second tab."""
    _, request_uri = await pushed(party)
    assert path(await go(stage.house.browser(), party, request_uri)) == "/masuk"
    assert "code" in (await go(browser, party, request_uri)).parameters


async def test_it_serves_once(party: Party, browser: Browser) -> None:
    """`par-attempt-reuse-request_uri`."""
    request, request_uri = await pushed(party)
    await go(browser, party, request_uri)
    again = (await go(browser, party, request_uri)).parameters
    assert again["error"] == "invalid_request_uri"
    assert again["state"] == request.state


async def test_it_expires(stage: Stage, party: Party, browser: Browser) -> None:
    """`par-attempt-to-use-expired-request_uri`."""
    _, request_uri = await pushed(party)
    stage.clock.advance(stage.house.settings.lifetimes.pushed_request)
    assert (await go(browser, party, request_uri)).parameters["error"] == "invalid_request_uri"


async def test_it_belongs_to_its_client(stage: Stage, party: Party, browser: Browser) -> None:
    """`par-attempt-to-use-request_uri-for-different-client`."""
    _, request_uri = await pushed(party)
    stayed(await go(browser, await stage.party(), request_uri))
    stayed(await browser.get("/authorize", request_uri=request_uri))


async def test_a_client_that_pushes_alone_begins_in_no_other_way(stage: Stage, browser: Browser) -> None:
    """Section 6. What a stranger puts into a link in its name asks nobody anything."""
    party = await stage.party(require_pushed_authorization_requests=True)
    plain = await party.authorization(scope="openid")
    refused = (await browser.get(plain.url)).parameters
    assert (refused["error"], refused["state"]) == ("invalid_request", plain.state)
    posted = await party.http.post("/authorize", data=dict(parse_qsl(urlsplit(plain.url).query)))
    assert (await browser.get(posted.headers["location"])).parameters["error"] == "invalid_request"
    request, request_uri = await pushed(party)
    await party.redeem(request, (await go(browser, party, request_uri)).parameters["code"])


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"request_uri": URN + "x"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"client_id": "somebody-else"}, "invalid_client"),
        ({"scope": "openid saldo:baca"}, "invalid_scope"),
        ({"resource": "https://nobody.example"}, "invalid_target"),
    ],
)
async def test_a_bad_request_is_refused_when_it_is_pushed(party: Party, wrong: dict[str, Any], error: str) -> None:
    _, answer = await push(party, **wrong)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


async def test_a_machine_is_told_that_it_has_nobody_to_ask_for(stage: Stage) -> None:
    machine = await stage.party(grant_types=["client_credentials"], redirect_uris=None)
    answer = await machine.http.post(
        "/par", data={"response_type": "code"}, auth=(machine.client_id, str(machine.client_secret))
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


async def test_only_the_client_pushes(party: Party) -> None:
    form = dict(parse_qsl(urlsplit((await party.authorization()).url).query))
    assert (await party.http.post("/par", data=form)).json()["error"] == "invalid_client"
    assert (await party.http.put("/par", data=form)).status_code == 405


async def test_a_client_that_posts_its_secret_stores_none(stage: Stage, browser: Browser) -> None:
    party = await stage.party(token_endpoint_auth_method="client_secret_post")
    form = dict(parse_qsl(urlsplit((await party.authorization()).url).query)) | {
        "client_secret": str(party.client_secret)
    }
    answer = await party.http.post("/par", data=form)
    assert answer.status_code == 201
    page = await go(browser, party, answer.json()["request_uri"])
    assert "code" in page.parameters
    async with stage.provider.database.reading() as tx:
        rows = (await tx.exec_driver_sql("SELECT parameters FROM pushed_requests")).all()
    assert rows
    assert not [row for row in rows if str(party.client_secret) in str(row)]


async def test_a_question_on_the_way_outlives_the_reference(stage: Stage, party: Party) -> None:
    """Somebody who takes five minutes to find the password is still let through."""
    request, request_uri = await pushed(party)
    browser = stage.house.browser()
    page = await go(browser, party, request_uri)
    assert path(page) == "/masuk"
    stage.clock.advance(300)
    await stage.sign_in(browser, await stage.person())
    ticket = dict(parse_qsl(urlsplit(page.url).query))["lanjut"]
    answer = (await browser.get("/authorize/lanjut", lanjut=ticket)).parameters
    assert answer["state"] == request.state
    assert "code" in answer
    again = (await browser.get("/authorize/lanjut", lanjut=ticket)).parameters
    assert again["error"] == "invalid_request_uri"
