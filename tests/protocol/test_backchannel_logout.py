"""Both modules of `oidcc-backchannel-rp-initiated-logout-certification-test-plan`; delivery under faults is in tests/jobs."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc.jws import extract_compact

from idp import worker
from tests.jobs.http_server import HttpServer, http_server
from tests.protocol.stage import Party, Stage

pytestmark = pytest.mark.anyio

EVENT = "http://schemas.openid.net/event/backchannel-logout"
BYE = "https://rp.example/bye"


@pytest.fixture
def web() -> Iterator[HttpServer]:
    with http_server() as server:
        yield server


async def told(stage: Stage, web: HttpServer, party: Party) -> list[dict[str, Any]]:
    """The logout tokens that arrived, verified as OpenID Connect Back-Channel Logout 1.0 section 2.6 asks."""
    await worker.drain(stage.provider)
    claims = []
    for received in web.received:
        assert received.method == "POST"
        assert received.headers["content-type"] == "application/x-www-form-urlencoded"
        form = parse_qs(received.body.decode(), strict_parsing=True)
        assert set(form) == {"logout_token"}
        (token,) = form["logout_token"]
        header = extract_compact(token.encode()).headers()
        assert header["alg"] == "RS256", "what the client registered for ID tokens"
        assert header["typ"] == "logout+jwt"
        claims.append(await party.verified(token))
    return claims


async def test_discovery_endpoint_verification(stage: Stage) -> None:
    metadata = (await stage.http.get("/.well-known/openid-configuration")).json()
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True
    assert metadata["end_session_endpoint"].startswith(stage.issuer)


async def test_backchannel_rp_initiated_logout(stage: Stage, web: HttpServer) -> None:
    party, browser, _ = await stage.signed_in(
        backchannel_logout_uri=f"{web.url}/logout", id_token_signed_response_alg="RS256"
    )
    tokens = await party.tokens(browser)
    page = await browser.get("/end_session", id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE, state="s")
    assert page.left_to == f"{BYE}?state=s"
    (claims,) = await told(stage, web, party)
    assert claims["events"] == {EVENT: {}}
    assert claims["sub"] == tokens.claims["sub"]
    assert claims["sid"] == tokens.claims["sid"]
    assert claims["aud"] == party.client_id
    assert claims["jti"]
    assert "nonce" not in claims
    assert claims["exp"] - claims["iat"] <= 120
    assert (await party.answered(browser, prompt="none"))["error"] == "login_required"


async def test_every_service_of_the_session_is_told_once_and_no_other(stage: Stage, web: HttpServer) -> None:
    party, browser, person = await stage.signed_in(backchannel_logout_uri=f"{web.url}/first")
    second = await stage.party(backchannel_logout_uri=f"{web.url}/second")
    stranger = await stage.party(backchannel_logout_uri=f"{web.url}/stranger")
    elsewhere = await stage.browser(person)
    await stranger.tokens(elsewhere)
    tokens = await party.tokens(browser)
    await party.tokens(browser)
    await second.tokens(browser)
    await browser.get("/end_session", id_token_hint=tokens.id_token)
    await browser.get("/end_session", id_token_hint=tokens.id_token)
    await worker.drain(stage.provider)
    assert sorted(received.path for received in web.received) == ["/first", "/second"]
    assert "code" in await stranger.answered(elsewhere, prompt="none")


async def test_a_code_that_was_never_redeemed_tells_nobody(stage: Stage, web: HttpServer) -> None:
    party, browser, _ = await stage.signed_in(backchannel_logout_uri=f"{web.url}/first")
    hinting = await stage.party()
    await party.code(browser)
    tokens = await hinting.tokens(browser)
    await browser.get("/end_session", id_token_hint=tokens.id_token)
    await worker.drain(stage.provider)
    assert web.received == []


async def test_a_grant_that_outlived_its_session_is_ended_by_the_name_that_its_tokens_give_it(
    stage: Stage, web: HttpServer
) -> None:
    """A refreshed ID token speaks of the sign-in that it came from (OIDC Core section 12.2), so it keeps the `sid` of a
    session that is over: the service files what it holds under it, and by it is told when that ends as well."""
    party, browser, person = await stage.signed_in(backchannel_logout_uri=f"{web.url}/logout")
    first = await party.tokens(browser, "openid offline_access")
    await browser.get("/end_session", id_token_hint=first.id_token)
    later = await party.refresh(first.refresh_token)
    assert later.claims["sid"] == first.claims["sid"]
    elsewhere = await stage.browser(person)
    await elsewhere.submit(await elsewhere.get("/akun"), press="sign-out-everywhere")
    signed_out, ended = await told(stage, web, party)
    assert signed_out["sid"] == ended["sid"] == later.claims["sid"]
    assert signed_out["jti"] != ended["jti"]
    assert (await party.token(grant_type="refresh_token", refresh_token=later.refresh_token)).status_code == 400
