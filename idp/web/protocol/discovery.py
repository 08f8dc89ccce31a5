"""Metadata and keys: bytes that are ready before anybody asks (OIDC Discovery, RFC 8414)."""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson

from idp.base.jose import ALGORITHMS
from idp.clients.metadata import AUTH_METHODS
from idp.flows.authorization_request import DISPLAYS, PROMPTS, RESPONSE_MODES
from idp.flows.token import GRANTS
from idp.grants import claims
from idp.grants.scopes import SCOPES
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import CODES
from idp.web.shell import App, Receive, Scope, Send
from idp.web.wire import ANY_ORIGIN, answer, header

# Confidential methods; introspection tells tokens apart by client, so it has nothing for a public one.
_CONFIDENTIAL = [method for method in AUTH_METHODS if method != "none"]


def metadata(provider: Provider) -> dict[str, Any]:
    """What the provider says of itself. Every member is compared with the behaviour by a test."""
    settings = provider.settings
    issuer = settings.issuer
    document: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/end_session",
        "introspection_endpoint": f"{issuer}/introspect",
        "revocation_endpoint": f"{issuer}/revoke",
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "require_pushed_authorization_requests": False,
        "scopes_supported": list(SCOPES),
        "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "amr",
            "sid",
            *claims.CLAIMS,
        ],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANTS),
        "prompt_values_supported": list(PROMPTS),
        "display_values_supported": list(DISPLAYS),
        "ui_locales_supported": list(CODES),
        "acr_values_supported": [settings.acr(level) for level in levels.OFFERED],
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(ALGORITHMS),
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": _CONFIDENTIAL,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
    if settings.dev or settings.registration.enabled:
        document["registration_endpoint"] = f"{issuer}/register"
    return document


def endpoint(provider: Provider) -> App:
    """The metadata, built once."""
    body = orjson.dumps(metadata(provider))
    return _document(lambda: body, 3600)


def jwks(provider: Provider) -> App:
    """The published keys, as the keyring has them now; their max-age is the promise that key rotation keeps."""
    return _document(lambda: provider.keyring.jwks, provider.settings.lifetimes.jwks_cache)


def _document(read: Callable[[], bytes], max_age: int) -> App:
    caching = (b"cache-control", f"public, max-age={max_age}".encode())
    tags: dict[bytes, bytes] = {}

    async def document(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            return await answer(send, 405, b"", (b"allow", b"GET, HEAD"))
        body = read()
        tag = tags.get(body)
        if tag is None:
            tags.clear()
            tag = tags[body] = b'"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'
        headers = (caching, (b"etag", tag), ANY_ORIGIN)
        if header(scope, b"if-none-match") == tag.decode():
            return await answer(send, 304, b"", *headers)
        if scope["method"] == "HEAD":
            body = b""
        await answer(send, 200, body, (b"content-type", b"application/json"), *headers)

    return document
