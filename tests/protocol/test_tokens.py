"""Codes, access tokens, ID tokens, refresh families, introspection and revocation, one rule to a test."""

import hashlib
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jws import extract_compact
from sqlalchemy import select

from idp.base.opaque import Handle, b64decode, b64encode
from idp.flows import logout
from idp.grants.refresh import RefreshTokens
from idp.store.material import Material
from idp.store.tables import audit
from tests.protocol.stage import SCOPE, Stage, challenge, path
from tests.support.relying_party import Tokens

pytestmark = pytest.mark.anyio

API = "https://api.example/v1"
OTHER_API = "https://other.example/v1"
OFFLINE = "openid offline_access"


def body(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = orjson.loads(b64decode(token.split(".")[1]))
    return claims


# Codes


async def test_a_code_lives_for_a_minute(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    lifetime = stage.house.settings.lifetimes.code
    assert lifetime <= 60
    request, code = await party.code(browser)
    stage.clock.advance(lifetime - 1)
    await party.redeem(request, code)
    request, code = await party.code(browser)
    stage.clock.advance(lifetime)
    assert (await party.post_code(request, code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("wrong", ["verifier", "no verifier", "address", "no address", "client"])
async def test_a_code_is_bound_and_a_failed_try_spends_nothing(stage: Stage, wrong: str) -> None:
    addresses = ["https://rp.example/callback", "https://rp.example/second"]
    party, browser, _ = await stage.signed_in(redirect_uris=addresses)
    thief = await stage.party(redirect_uris=addresses)
    request, code = await party.code(browser)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": request.redirect_uri,
        "code_verifier": request.code_verifier,
    }
    if wrong == "verifier":
        form["code_verifier"] = b64encode(b"x" * 32)
    elif wrong == "no verifier":
        del form["code_verifier"]
    elif wrong == "address":
        form["redirect_uri"] = addresses[1]
    elif wrong == "no address":
        del form["redirect_uri"]
    answer = await (thief if wrong == "client" else party).token(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    await party.redeem(request, code)


async def test_a_verifier_without_a_challenge_is_refused(stage: Stage) -> None:
    """RFC 9700 section 4.8.2: somebody took the challenge out of the request."""
    party, browser, _ = await stage.signed_in(require_pkce=False)
    party.pkce = False
    request, code = await party.code(browser)
    answer = await party.post_code(request, code, code_verifier=request.code_verifier)
    assert answer.json()["error"] == "invalid_grant"


async def test_an_address_comes_again_also_where_there_is_only_one(stage: Stage) -> None:
    """RFC 6749 section 4.1.3: the request had it, as every request has."""
    party, browser, _ = await stage.signed_in()
    request, code = await party.code(browser)
    answer = await party.token(grant_type="authorization_code", code=code, code_verifier=request.code_verifier)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": "redirect_uri is missing"}
    await party.redeem(request, code)


async def test_a_replay_ends_what_the_code_gave(stage: Stage) -> None:
    """RFC 6749 section 4.1.2."""
    party, browser, _ = await stage.signed_in()
    request, code = await party.code(browser, OFFLINE)
    tokens = await party.redeem(request, code)
    rotated = await party.refresh(tokens.refresh_token)
    assert (await party.post_code(request, code)).json()["error"] == "invalid_grant"
    assert (await party.userinfo(rotated.access_token)).status_code == 401
    assert (await party.token(grant_type="refresh_token", refresh_token=rotated.refresh_token)).json()[
        "error"
    ] == "invalid_grant"
    assert await party.introspect(rotated.access_token) == {"active": False}


async def test_a_replay_is_told_once(stage: Stage) -> None:
    """The audit trail hears of it; whoever goes on replaying fills nothing."""
    party, browser, _ = await stage.signed_in()
    request, code = await party.code(browser)
    await party.redeem(request, code)
    for _ in range(5):
        await party.post_code(request, code)
    async with stage.provider.database.reading() as tx:
        told = (await tx.execute(select(audit).where(audit.c.client_id == party.client_id))).all()
    assert sorted(row.event for row in told) == ["code.redeemed", "code.replayed"]
    handle = Handle.parse(code)
    assert handle is not None
    assert {"grant": str(handle.id)} in [row.detail for row in told]


async def test_another_client_cannot_end_it_by_replaying(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    thief = await stage.party()
    request, code = await party.code(browser)
    tokens = await party.redeem(request, code)
    assert (await thief.post_code(request, code)).status_code == 400
    assert (await party.userinfo(tokens.access_token)).status_code == 200


async def test_the_id_of_a_code_without_its_secret_ends_nothing(stage: Stage) -> None:
    """The id is in every access token of the grant (`gid`)."""
    party, browser, _ = await stage.signed_in()
    request, code = await party.code(browser)
    tokens = await party.redeem(request, code)
    handle = Handle.parse(code)
    assert handle is not None
    assert str(handle.id) == body(tokens.access_token)["gid"]
    forged = str(Handle(handle.id, b64encode(b"x" * 32)))
    assert (await party.post_code(request, forged)).status_code == 400
    assert (await party.userinfo(tokens.access_token)).status_code == 200


# Access tokens and ID tokens


async def test_an_access_token_is_a_jwt_of_rfc_9068(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, "openid profile")
    header = extract_compact(tokens.access_token.encode()).headers()
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    claims = await party.verified(tokens.access_token, audience=stage.issuer, type="at+jwt")
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope", "auth_time", "acr", "amr", "sid"} <= set(
        claims
    )
    assert claims["client_id"] == party.client_id
    assert claims["exp"] - claims["iat"] == tokens.raw["expires_in"] == stage.house.settings.lifetimes.access_token
    assert not {"name", "email", "phone_number", "address"} & set(claims)


@pytest.mark.parametrize(
    ("algorithm", "hashed"), [("ES256", "sha256"), ("RS256", "sha256"), ("PS256", "sha256"), ("EdDSA", "sha512")]
)
async def test_at_hash(stage: Stage, algorithm: str, hashed: str) -> None:
    party, browser, _ = await stage.signed_in(id_token_signed_response_alg=algorithm)
    tokens = await party.tokens(browser)
    full = hashlib.new(hashed, tokens.access_token.encode()).digest()
    assert tokens.claims["at_hash"] == b64encode(full[: len(full) // 2])


async def test_an_id_token_is_no_access_token(stage: Stage) -> None:
    """ASVS 9.2.2."""
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser)
    assert (await party.userinfo(tokens.id_token)).status_code == 401
    assert await party.introspect(tokens.id_token) == {"active": False}


async def test_a_token_dies_on_time(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser)
    stage.clock.advance(tokens.raw["expires_in"] - 1)
    assert (await party.userinfo(tokens.access_token)).status_code == 200
    stage.clock.advance(1)
    assert (await party.userinfo(tokens.access_token)).status_code == 401
    assert await party.introspect(tokens.access_token) == {"active": False}


async def test_a_token_is_narrowed_to_its_resource(stage: Stage) -> None:
    """RFC 8707: a token for somebody's API does not open userinfo; one token each."""
    api = await stage.party(resource_uris=[API])
    await stage.party(resource_uris=[OTHER_API])
    party, browser, _ = await stage.signed_in()
    request, code = await party.code(browser, OFFLINE, resource=API)
    tokens = await party.redeem(request, code)
    assert body(tokens.access_token)["aud"] == API
    assert (await party.userinfo(tokens.access_token)).status_code == 401
    assert (await api.introspect(tokens.access_token))["active"] is True
    for_userinfo = await party.refresh(tokens.refresh_token, resource=stage.issuer)
    assert (await party.userinfo(for_userinfo.access_token)).status_code == 200
    assert (await api.introspect(for_userinfo.access_token))["active"] is False
    beyond = await party.token(grant_type="refresh_token", refresh_token=for_userinfo.refresh_token, resource=OTHER_API)
    assert beyond.json()["error"] == "invalid_target"
    await party.refresh(for_userinfo.refresh_token)


async def test_an_unknown_resource_spends_no_code(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    request, code = await party.code(browser)
    assert (await party.post_code(request, code, resource="https://nobody.example")).json()["error"] == "invalid_target"
    await party.redeem(request, code)


async def test_resources_of_two_sectors_need_two_tokens(stage: Stage) -> None:
    await stage.party(resource_uris=["https://first.example/x"])
    await stage.party(resource_uris=["https://third.example/x"], first_party=False)
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, OFFLINE)
    refused = await party.http.post(
        "/token",
        content=f"grant_type=refresh_token&refresh_token={tokens.refresh_token}&resource=https://first.example/x&resource=https://third.example/x",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=(party.client_id, str(party.client_secret)),
    )
    assert refused.json()["error"] == "invalid_target"
    stage.clock.advance(60)
    await party.refresh(tokens.refresh_token)  # the refusal moved nothing


async def test_siblings_know_a_person_by_one_name_and_strangers_by_another(stage: Stage) -> None:
    api = await stage.party(resource_uris=["https://sibling.example/x"])
    first, browser, person = await stage.signed_in()
    second = await stage.party()
    stranger = await stage.party(first_party=False, redirect_uris=["https://stranger.example/cb"])
    await stage.consent(person, stranger, SCOPE, "https://sibling.example/x")
    mine, theirs, foreign = [await party.tokens(browser) for party in (first, second, stranger)]
    assert mine.claims["sub"] == theirs.claims["sub"] != foreign.claims["sub"]
    assert str(person.id) not in mine.id_token + foreign.id_token
    at_api = await stranger.tokens(browser, resource="https://sibling.example/x")
    assert body(at_api.access_token)["sub"] == mine.claims["sub"]
    assert (await api.introspect(at_api.access_token))["sub"] == mine.claims["sub"]


async def test_a_claims_request_for_another_person_is_not_answered(stage: Stage) -> None:
    """OIDC Core section 3.1.2.2, item 4."""
    party, browser, _ = await stage.signed_in()
    other = await party.tokens(await stage.browser(await stage.person()))
    mine = await party.tokens(browser)
    me, them = mine.claims["sub"], other.claims["sub"]
    for wish, answered in (
        ({"value": them}, "error"),
        ({"values": [them]}, "error"),
        ({"values": []}, "error"),
        ({"value": 1}, "error"),
        ({"value": me}, "code"),
        ({"values": [them, me]}, "code"),
        ({"essential": True}, "code"),
    ):
        asked = orjson.dumps({"id_token": {"sub": wish}}).decode()
        answer = await party.answered(browser, prompt="none", claims=asked)
        assert answer.get("error", "login_required") == "login_required"
        assert answered in answer, wish


@pytest.mark.parametrize("by", ["hint", "claim"])
async def test_who_signs_in_for_a_request_that_names_somebody_else_is_not_sent_back(stage: Stage, by: str) -> None:
    """OIDC Core section 3.1.2.2, item 4: also when nobody was here before, and the wrong person signs in because of it."""
    party, account = await stage.party(), stage.house.account()
    other = await party.tokens(await stage.browser(await stage.person()))
    mine = await party.sign_in(stage.house.browser(), account)
    for tokens, answered in ((other, "error"), (mine, "code")):
        sub = orjson.dumps({"id_token": {"sub": {"value": tokens.claims["sub"]}}}).decode()
        parameters = {"id_token_hint": tokens.id_token} if by == "hint" else {"claims": sub}
        browser = stage.house.browser()
        page = await browser.get((await party.authorization(**parameters)).url)
        assert path(page) == "/masuk"
        page = await browser.submit(page, {"identifier": account.email, "password": account.password}, press="sign-in")
        assert answered in page.parameters
        assert page.parameters.get("error", "login_required") == "login_required"


async def test_claims_cannot_be_overwritten_by_asking(stage: Stage) -> None:
    person = await stage.person(claims={"iss": "evil", "sub": "evil", "acr": "evil", "given_name": "Budi"})
    party = await stage.party()
    browser = await stage.browser(person)
    wanted = {name: {"essential": True} for name in ("iss", "aud", "given_name", "not_ours")}
    tokens = await party.tokens(
        browser, claims=orjson.dumps({"id_token": wanted, "userinfo": {**wanted, "sub": None}}).decode()
    )
    assert tokens.claims["iss"] == stage.issuer
    assert tokens.claims["given_name"] == "Budi"
    assert "not_ours" not in tokens.claims
    userinfo = (await party.userinfo(tokens.access_token)).json()
    assert userinfo == {"sub": tokens.claims["sub"], "given_name": "Budi"}


async def test_userinfo_holds_no_empty_value(stage: Stage) -> None:
    party, person = (
        await stage.party(),
        await stage.person(
            email=None,
            email_verified=False,
            birthdate_sealed=None,
            phone="",
            claims={"gender": "", "website": None, "address": {}},
        ),
    )
    tokens = await party.tokens(await stage.browser(person), "openid profile email address phone")
    userinfo = (await party.userinfo(tokens.access_token)).json()
    assert set(userinfo) == {"sub", "name", "locale", "updated_at"}


# Refresh


async def test_rotation(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    first = await party.tokens(browser, OFFLINE)
    second = await party.refresh(first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert "nonce" not in second.claims
    lost = await party.refresh(first.refresh_token)
    assert lost.refresh_token == second.refresh_token, "an answer that was lost gives the same successor"
    third = await party.refresh(second.refresh_token)
    assert third.refresh_token not in {first.refresh_token, second.refresh_token}


async def test_an_answer_that_was_lost_in_a_tunnel_is_asked_for_once_more(stage: Stage) -> None:
    """A client may wait for a while before it gives an answer up, and then until it can ask again."""
    party, browser, _ = await stage.signed_in()
    first = await party.tokens(browser, OFFLINE)
    lost = await party.refresh(first.refresh_token)
    stage.clock.advance(30)
    again = await party.refresh(first.refresh_token)
    assert again.refresh_token == lost.refresh_token
    await party.refresh(again.refresh_token)


async def test_t4_an_older_token_ends_the_family(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    first = await party.tokens(browser, OFFLINE)
    second = await party.refresh(first.refresh_token)
    third = await party.refresh(second.refresh_token)
    replayed = await party.token(grant_type="refresh_token", refresh_token=first.refresh_token)
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")
    assert (await party.token(grant_type="refresh_token", refresh_token=third.refresh_token)).json()[
        "error"
    ] == "invalid_grant"
    assert (await party.userinfo(third.access_token)).status_code == 401


async def test_t4_outside_the_grace_the_last_token_is_a_copy_too(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    first = await party.tokens(browser, OFFLINE)
    second = await party.refresh(first.refresh_token)
    stage.clock.advance(stage.house.settings.lifetimes.refresh_grace + 1)
    assert (await party.token(grant_type="refresh_token", refresh_token=first.refresh_token)).status_code == 400
    assert (await party.token(grant_type="refresh_token", refresh_token=second.refresh_token)).status_code == 400


async def test_another_client_neither_uses_nor_ends_a_family(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    thief = await stage.party()
    first = await party.tokens(browser, OFFLINE)
    second = await party.refresh(first.refresh_token)
    stage.clock.advance(60)
    for token in (first.refresh_token, second.refresh_token):
        stolen = await thief.token(grant_type="refresh_token", refresh_token=token)
        assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
        assert await thief.introspect(token) == {"active": False}
        assert (await thief.revoke(token)).status_code == 200
    await party.refresh(second.refresh_token)


async def test_a_refresh_narrows_scope_and_never_widens_it(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, "openid profile offline_access")
    wide = await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token, scope="openid email")
    assert wide.json()["error"] == "invalid_scope"
    stage.clock.advance(60)
    narrow = await party.refresh(tokens.refresh_token, scope="openid")
    assert narrow.raw["scope"] == "openid"
    assert set((await party.userinfo(narrow.access_token)).json()) == {"sub"}
    full = await party.refresh(narrow.refresh_token)
    assert set(full.raw["scope"].split()) == {"openid", "profile", "offline_access"}


async def test_a_family_dies_idle_and_absolute(stage: Stage) -> None:
    lifetimes = stage.house.settings.lifetimes
    party, browser, _ = await stage.signed_in()
    idle = await party.tokens(browser, OFFLINE)
    used = await party.tokens(browser, OFFLINE)
    begun = stage.clock.now()
    while stage.clock.now() < begun + lifetimes.refresh_absolute - lifetimes.refresh_idle:
        stage.clock.advance(lifetimes.refresh_idle - 1)
        used = await party.refresh(used.refresh_token)
    assert (await party.token(grant_type="refresh_token", refresh_token=idle.refresh_token)).json()[
        "error"
    ] == "invalid_grant"
    stage.clock.advance(begun + lifetimes.refresh_absolute - stage.clock.now())
    assert (await party.token(grant_type="refresh_token", refresh_token=used.refresh_token)).json()[
        "error"
    ] == "invalid_grant"


@pytest.mark.parametrize(
    "change", ["disabled", "not before", "signed out everywhere", "grant type taken away", "client disabled"]
)
async def test_t5_a_refresh_looks_at_the_state_of_things(stage: Stage, change: str) -> None:
    party, browser, person = await stage.signed_in()
    tokens = await party.tokens(browser, OFFLINE)
    stage.clock.advance(1)
    if change == "disabled":
        await stage.alter(person, status="disabled")
    elif change == "not before":
        await stage.alter(person, not_before=stage.clock.now())
    elif change == "signed out everywhere":
        async with stage.provider.database.transaction() as tx:
            await logout.end_all(stage.provider, tx, person.id, "person", None)
    elif change == "grant type taken away":
        client = stage.provider.clients.known(party.client_id)
        assert client is not None
        await stage.change(party, metadata={**client.metadata, "grant_types": ["authorization_code"]})
    else:
        await stage.change(party, disabled_at=stage.clock.now())
    answer = await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    expected = {"grant type taken away": (400, "unauthorized_client"), "client disabled": (401, "invalid_client")}
    assert (answer.status_code, answer.json()["error"]) == expected.get(change, (400, "invalid_grant"))
    if change != "grant type taken away":
        assert (await party.userinfo(tokens.access_token)).status_code == 401


async def test_without_offline_access_there_is_no_refresh_token(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    assert "refresh_token" not in (await party.tokens(browser)).raw


@given(st.text(max_size=90))
def test_only_our_refresh_tokens_are_read(text: str) -> None:
    assert _families().read(text) is None


@given(st.uuids(), st.integers(0, 2**32 - 1), st.integers(0, 69), st.sampled_from("ABab01-_"))
def test_a_changed_refresh_token_is_none(grant_id: Any, generation: int, place: int, letter: str) -> None:
    families = _families()
    token = families.make(grant_id, generation)
    read = families.read(token)
    assert read is not None
    assert (read.grant_id, read.generation) == (grant_id, generation)
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or families.read(changed) is None


@given(st.text(max_size=70) | st.text("ABCabc012-_", min_size=64, max_size=64))
def test_a_handle_has_one_spelling(text: str) -> None:
    handle = Handle.parse(text)
    assert handle is None or str(handle) == text


def _families() -> RefreshTokens:
    return RefreshTokens(Material({}, bytes(32)))


# Client credentials


async def test_client_credentials(stage: Stage) -> None:
    machine = await stage.party(grant_types=["client_credentials"], redirect_uris=[], scope="keys:read openid")
    answer = await machine.token(grant_type="client_credentials")
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
    claims = await machine.verified(answer.json()["access_token"], audience=stage.issuer, type="at+jwt")
    assert (claims["sub"], claims["client_id"], claims["scope"]) == (machine.client_id, machine.client_id, "keys:read")
    assert (await machine.token(grant_type="client_credentials", scope="keys:write")).json()["error"] == "invalid_scope"
    assert (await machine.token(grant_type="client_credentials", scope="openid")).json()["error"] == "invalid_scope"
    userinfo = await machine.userinfo(answer.json()["access_token"])
    assert (userinfo.status_code, userinfo.json()["error"]) == (403, "insufficient_scope")
    assert path(await stage.house.browser().get("/end_session")) == "/keluar"


# Introspection and revocation


async def test_introspection_tells_the_holder_and_the_resource_alone(stage: Stage) -> None:
    api = await stage.party(resource_uris=["https://seen.example/x"])
    party, browser, _ = await stage.signed_in()
    other = await stage.party()
    tokens = await party.tokens(browser, "openid profile", resource="https://seen.example/x")
    for entitled in (party, api):
        known = await entitled.introspect(tokens.access_token)
        assert known["active"] is True
        assert known["client_id"] == party.client_id
        assert known["token_type"] == "Bearer"
        assert "gid" not in known
    assert await other.introspect(tokens.access_token) == {"active": False}


async def test_introspection_of_refresh_tokens(stage: Stage) -> None:
    party, browser, _ = await stage.signed_in()
    first = await party.tokens(browser, OFFLINE)
    known = await party.introspect(first.refresh_token, token_type_hint="refresh_token")
    assert known["active"] is True
    assert "token_type" not in known, "RFC 7662 section 2.2: how an access token is used (RFC 6749 section 7.1)"
    assert known["sub"] == first.claims["sub"]
    second = await party.refresh(first.refresh_token)
    assert await party.introspect(first.refresh_token) == {"active": False}
    assert (await party.introspect(second.refresh_token, token_type_hint="access_token"))["active"] is True


async def test_that_a_token_was_good_a_moment_ago_counts_for_nothing(stage: Stage) -> None:
    """A signature is checked once and remembered; expiry, revocation and the client are asked each time."""
    party, browser, _ = await stage.signed_in()
    tokens, service = await party.tokens(browser), await party.tokens(browser)
    for token in (tokens.access_token, service.access_token):
        for _ in range(2):
            assert (await party.userinfo(token)).status_code == 200
            assert (await party.introspect(token))["active"] is True
    await party.revoke(tokens.access_token)
    assert (await party.userinfo(tokens.access_token)).status_code == 401
    assert await party.introspect(tokens.access_token) == {"active": False}
    stage.clock.advance(stage.provider.settings.lifetimes.access_token)
    assert (await party.userinfo(service.access_token)).status_code == 401
    assert await party.introspect(service.access_token) == {"active": False}


async def test_introspection_is_for_confidential_clients(stage: Stage) -> None:
    public = await stage.party(public=True)
    answer = await public.http.post("/introspect", data={"client_id": public.client_id, "token": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_revocation_takes_back_all_of_the_grant(stage: Stage, which: str) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, OFFLINE)
    kept = await party.tokens(browser, OFFLINE)
    answer = await party.revoke(tokens.raw[which])
    assert (answer.status_code, answer.content) == (200, b"")
    assert await party.introspect(tokens.access_token) == {"active": False}
    assert (await party.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)).json()[
        "error"
    ] == "invalid_grant"
    await party.refresh(kept.refresh_token)
    assert (await party.revoke(tokens.raw[which])).status_code == 200
    async with stage.provider.database.reading() as tx:
        told = await stage.provider.audit.read(tx, event="grant.revoked", limit=1000)
    assert sum(row.client_id == party.client_id for row in told) == 1, "sent again, it tells the person nothing new"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_nobody_revokes_anothers_token(stage: Stage, which: str) -> None:
    party, browser, _ = await stage.signed_in()
    other, public = await stage.party(), await stage.party(public=True)
    tokens = await party.tokens(browser, OFFLINE)
    assert (await other.revoke(tokens.raw[which])).status_code == 200
    assert (await public.revoke(tokens.raw[which])).status_code == 200
    assert (await party.userinfo(tokens.access_token)).status_code == 200
    await party.refresh(tokens.refresh_token)


async def test_a_public_client_goes_the_same_way(stage: Stage) -> None:
    """PKCE whatever its policy says, rotation, and a loopback port of its choice (RFC 8252)."""
    party, browser, _ = await stage.signed_in(
        public=True, require_pkce=False, redirect_uris=["http://127.0.0.1/callback"]
    )
    address = "http://127.0.0.1:43210/callback"
    refused = await party.answered(browser, redirect_uri=address, code_challenge=None, code_challenge_method=None)
    assert refused["error"] == "invalid_request"
    request, code = await party.code(browser, OFFLINE, redirect_uri=address)
    tokens = await party.redeem(request, code)
    rotated = await party.refresh(tokens.refresh_token)
    assert rotated.refresh_token != tokens.refresh_token


async def test_the_challenge_is_what_the_verifier_hashes_to() -> None:
    """RFC 7636 appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


# Assurance


async def test_acr_and_amr_tell_what_was_done(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    now = stage.clock.now()
    one = await party.tokens(await stage.browser(person, {"pwd": now}))
    two = await party.tokens(await stage.browser(person, {"pwd": now - 100, "otp": now}))
    assert (one.claims["acr"], one.claims["amr"]) == ("urn:gerbang:acr:loa1", ["pwd"])
    assert (two.claims["acr"], set(two.claims["amr"])) == ("urn:gerbang:acr:loa2", {"pwd", "otp", "mfa"})
    assert two.claims["auth_time"] == now


async def test_a_step_up_asks_for_the_missing_factor_alone(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    browser = await stage.browser(person)
    wish = {"acr_values": "urn:gerbang:acr:loa2"}
    assert path(await browser.get((await party.authorization(**wish)).url)) == "/masuk/kode"
    assert (await party.answered(browser, prompt="none", **wish))["error"] == "login_required"
    await stage.sign_in(browser, person, {"pwd": stage.clock.now(), "otp": stage.clock.now()})
    assert (await party.tokens(browser, **wish)).claims["acr"] == "urn:gerbang:acr:loa2"


async def test_an_essential_acr_out_of_reach_is_said(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(phone_verified=False)
    browser = await stage.browser(person)
    essential = '{"id_token":{"acr":{"essential":true,"values":["urn:gerbang:acr:loa2"]}}}'
    answer = await party.answered(browser, claims=essential, prompt="none")
    assert answer["error"] == "unmet_authentication_requirements"
    voluntary = await party.tokens(browser, acr_values="urn:gerbang:acr:loa2", prompt="none")
    assert voluntary.claims["acr"] == "urn:gerbang:acr:loa1"


async def test_a_stale_second_factor_is_asked_again_alone(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    browser = await stage.browser(person, {"pwd": stage.clock.now(), "otp": stage.clock.now()})
    stage.clock.advance(400)
    wish = {"acr_values": "urn:gerbang:acr:loa2", "max_age": "300"}
    assert path(await browser.get((await party.authorization(**wish)).url)) == "/masuk/kode"


async def test_a_refresh_never_raises_what_was_proven(stage: Stage) -> None:
    party, person = await stage.party(), await stage.person(totp=True)
    browser = await stage.browser(person)
    tokens: Tokens = await party.tokens(browser, OFFLINE)
    await stage.sign_in(browser, person, {"pwd": stage.clock.now(), "otp": stage.clock.now()})
    stage.clock.advance(10)
    later = await party.refresh(tokens.refresh_token)
    assert later.claims["acr"] == "urn:gerbang:acr:loa1"
    assert later.claims["auth_time"] == tokens.claims["auth_time"]


async def test_a_third_partys_reach_is_shown_remembered_and_kept_to(stage: Stage) -> None:
    """RFC 8707: what a service may call in a person's name is part of what they say yes to."""
    await stage.party(resource_uris=["https://reached.example/x"], client_name="Layanan Iuran")
    stranger = await stage.party(first_party=False)
    browser = await stage.browser(await stage.person())
    reached = {"resource": "https://reached.example/x"}
    page = await browser.get((await stranger.authorization("openid")).url)
    assert "Layanan Iuran" not in page.text
    request = await stranger.authorization("openid")
    code = (await browser.submit(await browser.get(request.url), press="allow")).parameters["code"]
    refused = await stranger.post_code(request, code, **reached)
    assert refused.json()["error"] == "invalid_target", "nobody was shown this resource"
    page = await browser.get((await stranger.authorization("openid", **reached)).url)
    assert "Layanan Iuran" in page.text, "a consent without the resource does not cover it"
    assert "code" in (await browser.submit(page, press="allow")).parameters
    tokens = await stranger.tokens(browser, **reached)
    assert tokens.claims["sub"]
    assert "code" in await stranger.answered(browser, prompt="none")
