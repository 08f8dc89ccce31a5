"""`oidcc-config-certification-test-plan`: one module, `oidcc-discovery-endpoint-verification`; and RFC 8414."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from tests.protocol.stage import Stage
from tests.support.servers import House

pytestmark = pytest.mark.anyio

WELL_KNOWN = "/.well-known/openid-configuration"

# OpenID Connect Discovery 1.0, RP-Initiated and Back-Channel Logout, RFC 8414, RFC 9126, RFC 9207, Prompt Create.
KNOWN_MEMBERS = frozenset(
    [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "registration_endpoint",
        "end_session_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "pushed_authorization_request_endpoint",
        "require_pushed_authorization_requests",
        "scopes_supported",
        "claims_supported",
        "claim_types_supported",
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "prompt_values_supported",
        "display_values_supported",
        "ui_locales_supported",
        "claims_locales_supported",
        "acr_values_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "userinfo_signing_alg_values_supported",
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "code_challenge_methods_supported",
        "authorization_response_iss_parameter_supported",
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "service_documentation",
        "op_policy_uri",
        "op_tos_uri",
    ]
)


async def document(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = (await stage.http.get(WELL_KNOWN)).json()
    return found


async def test_discovery_endpoint_verification(stage: Stage) -> None:
    answer = await stage.http.get(WELL_KNOWN)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found["issuer"] == stage.issuer
    assert not urlsplit(found["issuer"]).query
    assert not urlsplit(found["issuer"]).fragment
    assert {"public", "pairwise"} >= set(found["subject_types_supported"])
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert "openid" in found["scopes_supported"]
    assert "S256" in found["code_challenge_methods_supported"]
    assert {"userinfo_endpoint", "scopes_supported", "claims_supported"} <= set(found)
    for name, value in found.items():
        if name.endswith(("_supported",)) and isinstance(value, list):
            assert value, f"{name} is empty"
            assert len(value) == len(set(value)), name
    for locale in found["ui_locales_supported"]:
        assert re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", locale)


async def test_no_member_is_unknown(stage: Stage) -> None:
    assert set(await document(stage)) <= KNOWN_MEMBERS


async def test_every_endpoint_lies_below_the_issuer(stage: Stage) -> None:
    endpoints = {name: value for name, value in (await document(stage)).items() if name.endswith(("_endpoint", "_uri"))}
    assert len(endpoints) >= 9
    assert all(value.startswith(stage.issuer + "/") for value in endpoints.values())


async def test_rfc_8414_serves_the_same_bytes(stage: Stage) -> None:
    openid = await stage.http.get(WELL_KNOWN)
    oauth = await stage.http.get("/.well-known/oauth-authorization-server")
    assert openid.content == oauth.content


async def test_an_https_issuer_with_a_path(
    houses: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    """RFC 8414 section 3.1: the well-known part stands before the path; every URL is https, whatever the Host header says (T24)."""
    async with houses(dev=False, issuer="https://masuk.contoh.example/sso") as house:
        http = house.http()
        for address in (
            "https://masuk.contoh.example/sso/.well-known/openid-configuration",
            "https://masuk.contoh.example/.well-known/oauth-authorization-server/sso",
        ):
            answer = await http.get(
                address,
                headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
            )
            assert answer.status_code == 200, address
            found = answer.json()
            assert found["issuer"] == "https://masuk.contoh.example/sso"
            addresses = [value for value in found.values() if isinstance(value, str)]
            assert all(value.startswith("https://masuk.contoh.example/sso") for value in addresses)
            assert "evil.example" not in answer.text
            assert "registration_endpoint" not in found
        assert "max-age=" in answer.headers["strict-transport-security"]
        assert (await http.get(found["jwks_uri"])).status_code == 200


async def test_jwks(stage: Stage) -> None:
    """Part B2: no private members, distinct kids, every key with alg and use."""
    answer = await stage.http.get("/jwks")
    keys = answer.json()["keys"]
    assert answer.headers["content-type"] == "application/json"
    assert len({key["kid"] for key in keys}) == len(keys) >= 2
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)
        assert key["kid"]
        assert key["use"] == "sig"
        assert key["alg"] in (await document(stage))["id_token_signing_alg_values_supported"]


@pytest.mark.parametrize("path", [WELL_KNOWN, "/jwks", "/.well-known/oauth-authorization-server"])
async def test_documents_are_cacheable_and_open_to_every_origin(stage: Stage, path: str) -> None:
    answer = await stage.http.get(path)
    assert re.fullmatch(r"public, max-age=\d+", answer.headers["cache-control"])
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    tag = answer.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", W/{tag}', "*"):
        again = await stage.http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await stage.http.get(path, headers={"If-None-Match": f"{tag[:-1]}x"})).status_code == 200
    head = await stage.http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert (await stage.http.get(path, params={"x": "1"})).content == answer.content
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refused = await stage.http.request(method, path)
        assert refused.status_code == 405
        assert refused.headers["allow"] == "GET, HEAD"
    asked = await stage.http.options(path, headers={"Access-Control-Request-Headers": "content-type,traceparent"})
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET")
    assert {"content-type", "*"} <= set(asked.headers["access-control-allow-headers"].split(", "))


async def test_the_promise_of_the_jwks_is_the_rotations(stage: Stage) -> None:
    answer = await stage.http.get("/jwks")
    assert answer.headers["cache-control"] == f"public, max-age={stage.house.settings.lifetimes.jwks_cache}"
    assert orjson.loads(answer.content) == orjson.loads(stage.provider.keyring.jwks)
