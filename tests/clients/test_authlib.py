"""Authlib's own client against the running program, with the settings that its documentation recommends."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import OAuth
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.requests import Request

from tests.support.browser import Browser
from tests.support.processes import PATIENCE
from tests.support.servers import Server

pytestmark = pytest.mark.anyio

SCOPE = "openid profile email offline_access"


@pytest.fixture
async def metadata(server: Server) -> dict[str, Any]:
    async with server.http() as http:
        document: dict[str, Any] = (await http.get("/.well-known/openid-configuration")).json()
        return document


@pytest.fixture
async def client(server: Server, metadata: dict[str, Any]) -> AsyncIterator[Any]:
    """Authlib's session for the client `bench`, told nothing but id, secret and discovery."""
    known = server.demo["clients"]["bench"]
    async with AsyncOAuth2Client(
        known["client_id"],
        known["client_secret"],
        scope=SCOPE,
        redirect_uri=known["redirect_uris"][0],
        code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
        trust_env=False,
        timeout=PATIENCE,
    ) as session:
        yield session


@pytest.fixture
async def browser(server: Server) -> AsyncIterator[Browser]:
    """A person's browser."""
    async with server.http() as http:
        yield Browser(http)


async def signed_in(server: Server, browser: Browser, url: str) -> str:
    """Open an authorization request and answer its questions; the address that the browser was sent back to."""
    bench = server.relying_party("bench")
    async with bench.http:
        page = await bench.answer(browser, await browser.get(url), server.account())
    assert page.left_to, page.text
    return page.left_to


async def granted(server: Server, client: Any, metadata: dict[str, Any], browser: Browser) -> dict[str, Any]:
    """Walk the code flow; the token response."""
    verifier, nonce = "v" * 64, "n-0S6_WzA2Mj"
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    answer = await signed_in(server, browser, url)
    token: dict[str, Any] = await client.fetch_token(
        metadata["token_endpoint"], authorization_response=answer, code_verifier=verifier, state=state
    )
    async with server.http() as http:
        keys = KeySet.import_key_set((await http.get(metadata["jwks_uri"])).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {"iss": {"essential": True, "values": [metadata["issuer"]]}},
        {"nonce": nonce, "client_id": client.client_id, "access_token": token["access_token"]},
    )
    claims.validate(leeway=5)
    return token


async def test_code_flow_userinfo_and_refresh(
    server: Server, client: Any, metadata: dict[str, Any], browser: Browser
) -> None:
    first = await granted(server, client, metadata, browser)
    profile = (await client.get(metadata["userinfo_endpoint"])).json()
    assert profile["email"] == server.account().email
    refreshed = await client.refresh_token(metadata["token_endpoint"], refresh_token=first["refresh_token"])
    assert refreshed["access_token"] != first["access_token"]
    assert (await client.get(metadata["userinfo_endpoint"])).json()["sub"] == profile["sub"]


async def test_a_used_code_is_an_error_of_authlibs_own(
    server: Server, client: Any, metadata: dict[str, Any], browser: Browser
) -> None:
    verifier = "w" * 64
    url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    answer = {
        "authorization_response": await signed_in(server, browser, url),
        "code_verifier": verifier,
        "state": state,
    }
    await client.fetch_token(metadata["token_endpoint"], **answer)
    with pytest.raises(OAuthError) as refused:
        await client.fetch_token(metadata["token_endpoint"], **answer)
    assert refused.value.error == "invalid_grant"


async def test_client_credentials(server: Server, metadata: dict[str, Any]) -> None:
    admin = server.demo["admin"]
    async with AsyncOAuth2Client(
        admin["client_id"], admin["client_secret"], scope=admin["scope"], trust_env=False, timeout=PATIENCE
    ) as machine:
        token = await machine.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
        assert "refresh_token" not in token
        assert (await machine.get(f"{server.issuer}/admin/v1/clients")).status_code == 200


async def test_the_starlette_integration_signs_in_and_out(server: Server, browser: Browser) -> None:
    known = server.demo["clients"]["bench"]
    sso = OAuth().register(
        "gerbang",
        server_metadata_url=f"{server.issuer}/.well-known/openid-configuration",
        client_id=known["client_id"],
        client_secret=known["client_secret"],
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "trust_env": False, "timeout": PATIENCE},
    )
    session: dict[str, Any] = {}
    redirect = await sso.authorize_redirect(_request(session), known["redirect_uris"][0])
    answer = urlsplit(await signed_in(server, browser, redirect.headers["location"])).query
    assert parse_qs(answer)["iss"] == [server.issuer]
    token = await sso.authorize_access_token(_request(session, answer))
    assert token["userinfo"]["iss"] == server.issuer
    assert (await sso.userinfo(token=token))["sub"] == token["userinfo"]["sub"]
    leave = await sso.create_logout_url(None, token["id_token"])
    assert (await browser.get(leave["url"])).status in {0, 200}
    silent = await browser.get((await sso.create_authorization_url(known["redirect_uris"][0], prompt="none"))["url"])
    assert silent.parameters["error"] == "login_required"


def _request(session: dict[str, Any], query: str = "") -> Request:
    scope = {"type": "http", "method": "GET", "path": "/callback", "headers": [], "session": session}
    return Request({**scope, "query_string": query.encode()})


async def test_a_code_for_another_client_is_refused(
    server: Server, client: Any, metadata: dict[str, Any], browser: Browser
) -> None:
    verifier = "u" * 64
    url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    answer = await signed_in(server, browser, url)
    thief = server.demo["clients"]["saldo"]
    async with AsyncOAuth2Client(
        thief["client_id"], thief["client_secret"], redirect_uri=client.redirect_uri, trust_env=False, timeout=PATIENCE
    ) as stolen:
        with pytest.raises(OAuthError) as refused:
            await stolen.fetch_token(
                metadata["token_endpoint"], authorization_response=answer, code_verifier=verifier, state=state
            )
    assert refused.value.error == "invalid_grant"


async def test_tokens_in_the_address_are_not_read(
    server: Server, client: Any, metadata: dict[str, Any], browser: Browser
) -> None:
    token = await granted(server, client, metadata, browser)
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
        answer = await http.get(metadata["userinfo_endpoint"], params={"access_token": token["access_token"]})
    assert answer.status_code == 401
