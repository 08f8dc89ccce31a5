"""Metadata never lies: every member of the discovery document is compared with what the provider does."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import orjson
import pytest
from joserfc.jws import extract_compact

from idp.base.jose import generate
from idp.base.opaque import b64encode
from tests.protocol.assertions import assertion, by_assertion
from tests.protocol.stage import Stage, path
from tests.protocol.test_identity_claims import participant

pytestmark = pytest.mark.anyio

Check = Callable[[Stage, Any], Awaitable[None]]
CHECKS: dict[str, Check] = {}


def of(*names: str) -> Callable[[Check], Check]:
    """Mark what proves a member."""

    def mark(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(names, check))
        return check

    return mark


async def document(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = (await stage.http.get("/.well-known/openid-configuration")).json()
    return found


async def test_every_member_is_proven(stage: Stage) -> None:
    assert set(await document(stage)) == set(CHECKS)


@of("issuer", "authorization_response_iss_parameter_supported")
async def issuer(stage: Stage, value: Any) -> None:
    party, browser, _ = await stage.signed_in()
    request, answer = await party.authorize(browser)
    assert answer["iss"] == stage.issuer
    assert (await party.redeem(request, answer["code"])).claims["iss"] == stage.issuer
    assert (await party.answered(browser, response_type="x"))["iss"] == stage.issuer


@of("authorization_endpoint")
async def authorization_endpoint(stage: Stage, value: str) -> None:
    party, browser, _ = await stage.signed_in()
    assert (await browser.get(value, client_id="nobody")).status == 400
    await party.tokens(browser)


@of("token_endpoint", "introspection_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint")
async def endpoint_for_clients(stage: Stage, value: str) -> None:
    answer = await stage.http.post(value, data={"token": "x", "grant_type": "x"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (await stage.http.get(value)).status_code == 405


@of("userinfo_endpoint")
async def userinfo_endpoint(stage: Stage, value: str) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser)
    answer = await stage.http.get(value, headers={"Authorization": f"Bearer {tokens.access_token}"})
    assert answer.json()["sub"] == tokens.claims["sub"]


@of("jwks_uri")
async def jwks_uri(stage: Stage, value: str) -> None:
    assert (await stage.http.get(value)).json()["keys"]


@of("end_session_endpoint")
async def end_session_endpoint(stage: Stage, value: str) -> None:
    assert path(await stage.house.browser().get(value)) == "/keluar"


@of("registration_endpoint")
async def registration_endpoint(stage: Stage, value: str) -> None:
    answer = await stage.http.post(value, json={"redirect_uris": ["https://new.example/cb"]})
    assert answer.status_code == 201, answer.text
    assert answer.json()["client_id"]


@of("require_pushed_authorization_requests")
async def require_pushed(stage: Stage, value: bool) -> None:
    party, browser, _ = await stage.signed_in()
    assert value is False
    await party.tokens(browser)


@of("scopes_supported")
async def scopes(stage: Stage, value: list[str]) -> None:
    party, browser, _ = await stage.signed_in(scope=" ".join(value))
    tokens = await party.tokens(browser, " ".join(value))
    assert set(tokens.raw["scope"].split()) == set(value)


@of("claims_supported")
async def claims(stage: Stage, value: list[str]) -> None:
    scope = "openid profile email address phone kepesertaan perusahaan identitas klaim:ajukan"
    party, person = await stage.party(scope=scope, approved_claims=["nik"]), await participant(stage)
    tokens = await party.tokens(await stage.browser(person), scope)
    userinfo = (await party.userinfo(tokens.access_token)).json()
    assert {*tokens.claims, *userinfo} - {"at_hash"} == set(value)


@of("claim_types_supported")
async def claim_types(stage: Stage, value: list[str]) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, "openid profile email address phone")
    assert value == ["normal"]
    assert not {"_claim_names", "_claim_sources"} & set((await party.userinfo(tokens.access_token)).json())


@of("claims_parameter_supported")
async def claims_parameter(stage: Stage, value: bool) -> None:
    party, browser, _ = await stage.signed_in()
    tokens = await party.tokens(browser, claims='{"userinfo":{"email":null},"id_token":{"name":{"essential":true}}}')
    assert value is True
    assert tokens.claims["name"] == "Budi Santoso"
    assert set((await party.userinfo(tokens.access_token)).json()) == {"sub", "email"}


@of("request_parameter_supported", "request_uri_parameter_supported")
async def request_objects(stage: Stage, value: bool) -> None:
    party, browser, _ = await stage.signed_in()
    assert value is False
    assert (await party.answered(browser, request="a.b.c"))["error"] == "request_not_supported"
    assert (await party.answered(browser, request_uri="https://rp.example/r"))["error"] == "request_uri_not_supported"


@of("response_types_supported")
async def response_types(stage: Stage, value: list[str]) -> None:
    party, browser, _ = await stage.signed_in()
    for response_type in ("token", "id_token", "id_token token", "code id_token", "code token", "none", "CODE"):
        answer = await party.answered(browser, response_type=response_type)
        assert answer["error"] == "unsupported_response_type"
        assert response_type not in value
    for response_type in value:
        assert "code" in await party.answered(browser, response_type=response_type)


@of("response_modes_supported")
async def response_modes(stage: Stage, value: list[str]) -> None:
    party, browser, _ = await stage.signed_in()
    for mode in value:
        page = await browser.get((await party.authorization(response_mode=mode)).url)
        assert (page.left_to is None) == (mode == "form_post")
        assert "code" in page.parameters
    for mode in {"fragment", "jwt", "query.jwt", "form_post.jwt", "web_message"} - set(value):
        assert (await party.answered(browser, response_mode=mode))["error"] == "invalid_request"


@of("grant_types_supported")
async def grant_types(stage: Stage, value: list[str]) -> None:
    party = await stage.party(grant_types=["authorization_code", "refresh_token", "client_credentials"])
    others = {
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    }
    for grant_type in value:
        error = (await party.token(grant_type=grant_type)).json().get("error")
        assert error != "unsupported_grant_type"
    for grant_type in others - set(value):
        assert (await party.token(grant_type=grant_type)).json()["error"] == "unsupported_grant_type"


@of("prompt_values_supported")
async def prompts(stage: Stage, value: list[str]) -> None:
    party, browser, _ = await stage.signed_in()
    stage.clock.advance(1)
    pages = {"login": "/masuk", "consent": "/izin", "select_account": "/pilih-akun", "create": "/daftar"}
    assert set(value) == {*pages, "none"}
    for prompt, address in pages.items():
        assert path(await browser.get((await party.authorization(prompt=prompt)).url)) == address
    assert "code" in await party.answered(browser, prompt="none")
    assert (await party.answered(browser, prompt="other"))["error"] == "invalid_request"


@of("display_values_supported")
async def displays(stage: Stage, value: list[str]) -> None:
    party, browser, _ = await stage.signed_in()
    for display in value:
        assert "code" in await party.answered(browser, display=display)


@of("ui_locales_supported")
async def ui_locales(stage: Stage, value: list[str]) -> None:
    party = await stage.party()
    for locale in value:
        page = await stage.house.browser().get((await party.authorization(ui_locales=f"xx {locale}")).url)
        assert f'<html lang="{locale}"' in page.html


@of("acr_values_supported")
async def acr_values(stage: Stage, value: list[str]) -> None:
    party, person = await stage.party(), await stage.person(totp=True, identity_level=2)
    now = stage.clock.now()
    reached = set()
    for factors in ({"pwd": now}, {"pwd": now, "otp": now}, {"passkey": now, "hwk": now}):
        browser = await stage.browser(person, factors)
        reached.add((await party.tokens(browser)).claims["acr"])
    lower = await stage.person(totp=True)
    reached.add((await party.tokens(await stage.browser(lower, {"pwd": now, "otp": now}))).claims["acr"])
    assert reached == set(value)


@of("subject_types_supported")
async def subject_types(stage: Stage, value: list[str]) -> None:
    person = await stage.person()
    browser = await stage.browser(person)
    subjects: dict[str, list[str]] = {}
    for subject_type in value:
        for host in ("one.example", "two.example"):
            party = await stage.party(
                subject_type=subject_type, redirect_uris=[f"https://{host}/cb"], first_party=False
            )
            await stage.consent(person, party)
            subjects.setdefault(subject_type, []).append((await party.tokens(browser)).claims["sub"])
    assert len(set(subjects["public"])) == 1
    assert len(set(subjects["pairwise"])) == 2


@of("id_token_signing_alg_values_supported")
async def id_token_algorithms(stage: Stage, value: list[str]) -> None:
    browser = await stage.browser(await stage.person())
    for algorithm in value:
        party = await stage.party(id_token_signed_response_alg=algorithm)
        tokens = await party.tokens(browser)
        assert extract_compact(tokens.id_token.encode()).headers()["alg"] == algorithm


@of("userinfo_signing_alg_values_supported")
async def userinfo_algorithms(stage: Stage, value: list[str]) -> None:
    browser = await stage.browser(await stage.person())
    for algorithm in value:
        party = await stage.party(userinfo_signed_response_alg=algorithm)
        tokens = await party.tokens(browser)
        answer = await party.userinfo(tokens.access_token)
        assert answer.headers["content-type"] == "application/jwt"
        header = extract_compact(answer.content).headers()
        assert header["alg"] == algorithm
        claims = orjson.loads(extract_compact(answer.content).payload)
        assert (claims["sub"], claims["iss"], claims["aud"]) == (tokens.claims["sub"], stage.issuer, party.client_id)


async def proof(stage: Stage, method: str) -> tuple[dict[str, str], httpx2.Auth]:
    """The form fields and the credentials with which a new client of that method proves who it is."""
    if method == "private_key_jwt":
        key = generate("ES256", 2048)
        return by_assertion(assertion(stage, (await stage.party(key=key)).client_id, key)), httpx2.Auth()
    if method == "none":
        return {"client_id": (await stage.party(public=True)).client_id}, httpx2.Auth()
    party = await stage.party(token_endpoint_auth_method=method)
    if method == "client_secret_basic":
        return {}, httpx2.BasicAuth(party.client_id, str(party.client_secret))
    return {"client_id": party.client_id, "client_secret": str(party.client_secret)}, httpx2.Auth()


METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")


@of("token_endpoint_auth_methods_supported")
async def token_auth_methods(stage: Stage, value: list[str]) -> None:
    assert set(value) == set(METHODS)
    for method in value:
        form, credentials = await proof(stage, method)
        answer = await stage.http.post("/token", data={**form, "grant_type": "refresh_token"}, auth=credentials)
        assert answer.json()["error"] == "invalid_request", "known, but nothing to refresh"


@of("revocation_endpoint_auth_methods_supported")
async def revocation_auth_methods(stage: Stage, value: list[str]) -> None:
    assert set(value) == set(METHODS)
    for method in value:
        form, credentials = await proof(stage, method)
        assert (await stage.http.post("/revoke", data={**form, "token": "x"}, auth=credentials)).status_code == 200


@of("introspection_endpoint_auth_methods_supported")
async def introspection_auth_methods(stage: Stage, value: list[str]) -> None:
    for method in METHODS:
        form, credentials = await proof(stage, method)
        answer = await stage.http.post("/introspect", data={**form, "token": "x"}, auth=credentials)
        assert (answer.status_code == 200) == (method in value)


@of(
    "token_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
)
async def assertion_algorithms(stage: Stage, value: list[str]) -> None:
    assert value
    for algorithm in value:
        key = generate(algorithm, 2048)
        party = await stage.party(key=key)
        form = by_assertion(assertion(stage, party.client_id, key, algorithm))
        answer = await stage.http.post("/introspect", data={**form, "token": "x"})
        assert answer.json() == {"active": False}, (algorithm, answer.text)


@of("code_challenge_methods_supported")
async def challenge_methods(stage: Stage, value: list[str]) -> None:
    party, browser, _ = await stage.signed_in()
    assert value == ["S256"]
    plain = b64encode(b"v" * 32)
    assert (await party.answered(browser, code_challenge=plain, code_challenge_method="plain"))[
        "error"
    ] == "invalid_request"
    assert (await party.answered(browser, code_challenge=plain, code_challenge_method=None))[
        "error"
    ] == "invalid_request"
    await party.tokens(browser)


@of("backchannel_logout_supported", "backchannel_logout_session_supported")
async def backchannel(stage: Stage, value: bool) -> None:
    """What arrives is in test_backchannel_logout.py; here that `sid` is known to the client."""
    party, browser, _ = await stage.signed_in(
        backchannel_logout_uri="https://rp.example/logout", backchannel_logout_session_required=True
    )
    assert value is True
    assert (await party.tokens(browser)).claims["sid"]


@pytest.mark.parametrize("name", sorted(CHECKS))
async def test_member(stage: Stage, name: str) -> None:
    await CHECKS[name](stage, (await document(stage))[name])
