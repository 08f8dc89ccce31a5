"""Every module of `oidcc-basic-certification-test-plan`, and with form_post of `oidcc-formpost-basic-certification-test-plan`.

A test is named after its module. The client is what the suite registers: client_secret_basic, no PKCE, RS256.
"""

import math
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from joserfc.jws import extract_compact

from idp.base.opaque import b64encode
from tests.protocol.stage import CALLBACK, CLAIMS, Party, Stage, path, stayed
from tests.support.browser import Browser
from tests.support.relying_party import Tokens

pytestmark = pytest.mark.anyio

SILENT_REFUSALS = {"login_required", "interaction_required", "consent_required", "account_selection_required"}


@pytest.fixture(params=["query", "form_post"])
def mode(request: pytest.FixtureRequest) -> str:
    """The response mode: plan 5.1 has the first, plan 5.2 the second."""
    name: str = request.param
    return name


@pytest.fixture
async def party(stage: Stage, mode: str) -> Party:
    return await suite_client(stage, mode)


@pytest.fixture
async def browser(stage: Stage) -> Browser:
    return await stage.browser(await stage.person())


async def suite_client(stage: Stage, mode: str, **members: Any) -> Party:
    party = await stage.party(require_pkce=False, **members)
    party.response_mode, party.pkce = mode, False
    return party


def shannon_bits(text: str) -> float:
    """Entropy of a text measured over its own characters, as the suite does it."""
    return -sum(count * math.log2(count / len(text)) for count in Counter(text).values())


async def check_common(party: Party, tokens: Tokens) -> dict[str, Any]:
    """The checks of part B2 on the answers of the token endpoint and of userinfo; the userinfo claims."""
    raw = tokens.raw
    assert raw["token_type"] == "Bearer"
    assert raw["expires_in"] > 0
    header = extract_compact(tokens.id_token.encode()).headers()
    assert header["alg"] == "RS256"
    jwks = (await party.http.get((await party.metadata())["jwks_uri"])).json()["keys"]
    assert header["kid"] in [key["kid"] for key in jwks]
    claims = tokens.claims
    assert claims["aud"] == party.client_id
    assert isinstance(claims["auth_time"], int)
    assert claims["acr"]
    assert 0 < len(claims["sub"]) <= 255
    # Nobody asked for more: profile and email claims belong to userinfo.
    assert set(claims) <= {"iss", "sub", "aud", "iat", "exp", "auth_time", "acr", "amr", "sid", "nonce", "at_hash"}
    answer = await party.userinfo(tokens.access_token)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    userinfo: dict[str, Any] = answer.json()
    assert userinfo["sub"] == claims["sub"]
    assert all(value not in (None, "", {}, []) for value in userinfo.values())
    return userinfo


async def test_server(party: Party, browser: Browser) -> None:
    request, answer = await party.authorize(browser)
    assert set(answer) == {"code", "state", "iss"}
    assert len(answer["code"].encode()) * 8 >= 128
    assert shannon_bits(answer["code"]) > 96
    await check_common(party, await party.redeem(request, answer["code"]))


async def test_response_type_missing(party: Party, browser: Browser) -> None:
    answer = await party.answered(browser, response_type=None)
    assert answer["error"] in {"unsupported_response_type", "invalid_request"}
    assert "code" not in answer


async def test_idtoken_signature(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    header = extract_compact(tokens.id_token.encode()).headers()
    assert (header["alg"], bool(header["kid"])) == ("RS256", True)


async def test_idtoken_unsigned(party: Party) -> None:
    """Skipped by the suite: `none` is not advertised."""
    assert "none" not in (await party.metadata())["id_token_signing_alg_values_supported"]


async def test_userinfo_get(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    assert (await check_common(party, tokens))["sub"] == tokens.claims["sub"]


async def test_userinfo_post_header(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    answer = await party.http.post("/userinfo", headers={"Authorization": f"Bearer {tokens.access_token}"})
    assert (answer.status_code, answer.json()["sub"]) == (200, tokens.claims["sub"])


async def test_userinfo_post_body(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser)
    answer = await party.http.post("/userinfo", data={"access_token": tokens.access_token})
    assert (answer.status_code, answer.json()["sub"]) == (200, tokens.claims["sub"])


async def test_ensure_request_without_nonce_succeeds_for_code_flow(party: Party, browser: Browser) -> None:
    assert "nonce" not in (await party.tokens(browser, nonce=None)).claims


async def test_scope_profile(party: Party, browser: Browser) -> None:
    userinfo = await check_common(party, await party.tokens(browser, "openid profile"))
    assert set(userinfo) == {
        "sub", "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
        "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    }  # fmt: skip
    assert isinstance(userinfo["updated_at"], int)


async def test_scope_email(party: Party, browser: Browser) -> None:
    userinfo = await check_common(party, await party.tokens(browser, "openid email"))
    assert set(userinfo) == {"sub", "email", "email_verified"}
    assert userinfo["email_verified"] is True


async def test_scope_address(party: Party, browser: Browser) -> None:
    userinfo = await check_common(party, await party.tokens(browser, "openid address"))
    assert userinfo["address"] == CLAIMS["address"]
    assert set(userinfo) == {"sub", "address"}


async def test_scope_phone(party: Party, browser: Browser) -> None:
    userinfo = await check_common(party, await party.tokens(browser, "openid phone"))
    assert set(userinfo) == {"sub", "phone_number", "phone_number_verified"}
    assert userinfo["phone_number_verified"] is True


async def test_scope_all(party: Party, browser: Browser) -> None:
    userinfo = await check_common(party, await party.tokens(browser, "openid profile email address phone"))
    assert {"name", "email", "address", "phone_number"} <= set(userinfo)


async def test_alternate_happy_flow(party: Party, browser: Browser) -> None:
    request = await party.authorization("phone address email profile openid")
    backwards = "&".join(reversed(urlsplit(request.url).query.split("&")))
    answer = (await browser.get(f"{party.issuer}/authorize?{backwards}")).parameters
    assert answer["state"] == request.state
    userinfo = await check_common(party, await party.redeem(request, answer["code"]))
    assert {"name", "email", "address", "phone_number"} <= set(userinfo)


async def test_display_page(party: Party, browser: Browser) -> None:
    await party.tokens(browser, display="page")


async def test_display_popup(party: Party, browser: Browser) -> None:
    await party.tokens(browser, display="popup")


async def test_prompt_login(stage: Stage, party: Party) -> None:
    """A session exists, and still the person is asked to sign in again, on a page; the tokens tell the new moment."""
    person = await stage.person()
    browser = await stage.browser(person)
    first = await party.tokens(browser)
    stage.clock.advance(2)
    page = await browser.get((await party.authorization(prompt="login")).url)
    assert path(page) == "/masuk"
    assert first.claims["auth_time"] < stage.clock.now()


@pytest.mark.parametrize("again", [{"prompt": "login"}, {"max_age": "1"}])
async def test_prompt_login_and_max_age_1_through_the_pages(stage: Stage, party: Party, again: dict[str, str]) -> None:
    """The whole of both modules: the password is asked again, auth_time moves, the person is the same."""
    browser, account = stage.house.browser(), stage.house.account()
    request, answer = await party.authorize(browser, account)
    first = await party.redeem(request, answer["code"])
    stage.clock.advance(2)
    asked = await party.authorization(**again)
    page = await browser.get(asked.url)
    assert "password" in page.names
    answer = (await party.answer(browser, page, account)).parameters
    second = await party.redeem(asked, answer["code"])
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["auth_time"] == stage.clock.now()
    assert second.claims["sub"] == first.claims["sub"]


async def test_prompt_none_not_logged_in(stage: Stage, party: Party) -> None:
    state = b64encode(b"s" * 96)
    assert len(state) == 128
    answer = await party.answered(stage.house.browser(), prompt="none", state=state)
    assert answer["error"] in SILENT_REFUSALS
    assert answer["state"] == state
    assert "code" not in answer


async def test_prompt_none_logged_in(stage: Stage, party: Party, browser: Browser) -> None:
    first = await party.tokens(browser)
    stage.clock.advance(5)
    second = await party.tokens(browser, prompt="none")
    assert {name: first.claims[name] for name in ("sub", "auth_time")} == {
        name: second.claims[name] for name in ("sub", "auth_time")
    }


async def test_prompt_none_with_remembered_consent(stage: Stage, mode: str) -> None:
    """`oidcc-prompt-none-logged-in` for a third party: consent given once is enough."""
    party = await suite_client(stage, mode, first_party=False)
    person = await stage.person()
    browser = await stage.browser(person)
    assert (await party.answered(browser, prompt="none"))["error"] == "consent_required"
    await stage.consent(person, party)
    await party.tokens(browser, prompt="none")


async def test_max_age_1(stage: Stage, party: Party, browser: Browser) -> None:
    await party.tokens(browser)
    stage.clock.advance(2)
    assert path(await browser.get((await party.authorization(max_age="1")).url)) == "/masuk"
    assert (await party.answered(browser, max_age="1", prompt="none"))["error"] in SILENT_REFUSALS


async def test_max_age_0_lets_nothing_count_that_was_shown_before(stage: Stage, party: Party, browser: Browser) -> None:
    """OpenID Connect Core section 3.1.2.1: as `prompt=login`, and so in the very second of the last sign-in."""
    person = await stage.person()
    fresh = await stage.browser(person)
    assert path(await fresh.get((await party.authorization(max_age="0")).url)) == "/masuk"
    assert (await party.answered(fresh, max_age="0", prompt="none"))["error"] in SILENT_REFUSALS


async def test_max_age_10000(stage: Stage, party: Party, browser: Browser) -> None:
    first = await party.tokens(browser, max_age="15000")
    stage.clock.advance(2)
    second = await party.tokens(browser, max_age="10000")
    assert first.claims["auth_time"] == second.claims["auth_time"]
    assert first.claims["sub"] == second.claims["sub"]


async def test_ensure_request_with_unknown_parameter_succeeds(party: Party, browser: Browser) -> None:
    await party.tokens(browser, extra="foobar")


async def test_id_token_hint(party: Party, browser: Browser) -> None:
    first = await party.tokens(browser)
    second = await party.tokens(browser, prompt="none", id_token_hint=first.id_token)
    assert first.claims["sub"] == second.claims["sub"]


async def test_id_token_hint_after_its_expiry(stage: Stage, party: Party) -> None:
    person = await stage.person()
    first = await party.tokens(await stage.browser(person))
    stage.clock.advance(stage.house.settings.lifetimes.id_token + 1)
    await party.tokens(await stage.browser(person), prompt="none", id_token_hint=first.id_token)


async def test_id_token_hint_of_somebody_else(stage: Stage, party: Party, browser: Browser) -> None:
    other = await party.tokens(await stage.browser(await stage.person()))
    assert (await party.answered(browser, prompt="none", id_token_hint=other.id_token))["error"] == "login_required"
    assert (await party.answered(stage.house.browser(), prompt="none", id_token_hint=other.id_token))[
        "error"
    ] == "login_required"


async def test_login_hint(stage: Stage, party: Party, browser: Browser) -> None:
    await party.tokens(browser, login_hint="nobody@contoh.example")
    page = await stage.house.browser().get((await party.authorization(login_hint="nobody@contoh.example")).url)
    assert path(page) == "/masuk"


async def test_ui_locales(party: Party, browser: Browser) -> None:
    await party.tokens(browser, ui_locales="se")


async def test_claims_locales(party: Party, browser: Browser) -> None:
    await party.tokens(browser, claims_locales="se")


async def test_ensure_request_with_acr_values_succeeds(party: Party, browser: Browser) -> None:
    offered = (await party.metadata())["acr_values_supported"]
    tokens = await party.tokens(browser, acr_values=" ".join(offered))
    assert tokens.claims["acr"] in offered


async def test_acr_values_of_others_are_no_error(party: Party, browser: Browser) -> None:
    await party.tokens(browser, acr_values="1 2")


async def test_codereuse(party: Party, browser: Browser) -> None:
    request, code = await party.code(browser)
    await party.redeem(request, code)
    again = await party.post_code(request, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_codereuse_30seconds(stage: Stage, party: Party, browser: Browser) -> None:
    request, code = await party.code(browser)
    tokens = await party.redeem(request, code)
    stage.clock.advance(30)
    again = await party.post_code(request, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert again.headers["content-type"] == "application/json"
    assert (await party.userinfo(tokens.access_token)).status_code == 401


async def test_ensure_registered_redirect_uri(party: Party, browser: Browser) -> None:
    page = await browser.get((await party.authorization(redirect_uri="https://rp.example/other")).url)
    stayed(page)


async def test_ensure_post_request_succeeds(party: Party, browser: Browser) -> None:
    """The form comes from the relying party's site, so it brings none of our cookies; the GET that answers it does."""
    request = await party.authorization()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    posted = await party.http.post("/authorize", content=urlsplit(request.url).query, headers=form)
    assert posted.status_code == 303
    answer = (await browser.get(posted.headers["location"])).parameters
    assert answer["state"] == request.state
    await party.redeem(request, answer["code"])


async def test_server_client_secret_post(stage: Stage, mode: str, browser: Browser) -> None:
    party = await suite_client(stage, mode, token_endpoint_auth_method="client_secret_post")
    request, code = await party.code(browser)
    by_post = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "client_id": party.client_id,
        "client_secret": str(party.client_secret),
    }  # fmt: skip
    answer = await party.http.post("/token", data=by_post)
    assert answer.status_code == 200, answer.text
    await check_common(party, await party._tokens(answer.json(), request.nonce))


async def test_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    party: Party, browser: Browser
) -> None:
    answer = await party.answered(browser, request_uri="https://rp.example/request.jwt")
    assert answer["error"] == "request_uri_not_supported"


def unsigned(claims: dict[str, Any]) -> str:
    return f"{b64encode(orjson.dumps({'alg': 'none'}))}.{b64encode(orjson.dumps(claims))}."


async def test_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    party: Party, browser: Browser
) -> None:
    inner = unsigned({"client_id": party.client_id, "response_type": "code", "scope": "openid", "nonce": "inner"})
    assert (await party.answered(browser, request=inner))["error"] == "request_not_supported"


async def test_claims_essential(party: Party, browser: Browser) -> None:
    tokens = await party.tokens(browser, claims='{"userinfo":{"name":{"essential":true}}}')
    assert (await check_common(party, tokens))["name"] == "Budi Santoso"
    assert "name" not in tokens.claims


async def test_ensure_request_object_with_redirect_uri(party: Party, browser: Browser) -> None:
    inner = unsigned(
        {"client_id": party.client_id, "response_type": "code", "scope": "openid", "redirect_uri": CALLBACK}
    )
    stayed(await browser.get((await party.authorization(redirect_uri="https://rp.example/other", request=inner)).url))


async def test_refresh_token(stage: Stage, mode: str, party: Party, browser: Browser) -> None:
    first = await party.tokens(browser, "openid offline_access")
    assert shannon_bits(first.refresh_token) > 96
    stage.clock.advance(3)
    answer = await party.token(
        grant_type="refresh_token", refresh_token=first.refresh_token, scope="openid offline_access"
    )
    assert answer.status_code == 200, answer.text
    assert "no-store" in answer.headers["cache-control"]
    assert answer.json()["token_type"] == "Bearer"
    second = await party._tokens(answer.json())
    assert {name: first.claims[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: second.claims[name] for name in ("iss", "sub", "aud", "auth_time")
    }
    assert second.claims["iat"] > first.claims["iat"]
    assert second.raw["expires_in"] > 0
    assert shannon_bits(second.refresh_token) > 96
    other = await suite_client(stage, mode)
    stolen = await other.token(grant_type="refresh_token", refresh_token=second.refresh_token)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    await party.refresh(second.refresh_token)  # the thief ended nothing


async def test_refresh_token_of_a_third_party_asks_for_consent(stage: Stage, mode: str) -> None:
    """offline_access counts when the person was just asked; remembered consent alone gives no refresh token."""
    party = await suite_client(stage, mode, first_party=False)
    person = await stage.person()
    browser = await stage.browser(person)
    await stage.consent(person, party)
    page = await browser.get((await party.authorization("openid offline_access", prompt="consent")).url)
    assert path(page) == "/izin"
    tokens = await party.tokens(browser, "openid offline_access")
    assert "refresh_token" not in tokens.raw
    assert tokens.raw["scope"] == "openid"


async def test_ensure_request_with_valid_pkce_succeeds(party: Party, browser: Browser) -> None:
    party.pkce = True
    request, code = await party.code(browser)
    assert "code_challenge_method=S256" in request.url
    await party.redeem(request, code)


async def test_refused_requests_answer_in_their_mode(party: Party, browser: Browser, mode: str) -> None:
    """Plan 5.2: errors come by form_post as well."""
    page = await browser.get((await party.authorization(prompt="none", response_type="token")).url)
    assert page.parameters["error"] == "unsupported_response_type"
    assert (page.left_to is None) == (mode == "form_post")
