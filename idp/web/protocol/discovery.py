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
from idp.web import metrics
from idp.web.shell import App, Receive, Scope, Send, security_headers
from idp.web.wire import ANY_ORIGIN, answer, answer_preflight

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
    return Document(provider, "/.well-known/openid-configuration", lambda: body, 3600)


def jwks(provider: Provider) -> App:
    """The published keys, as the keyring has them now; their max-age is the promise that key rotation keeps."""
    return Document(provider, "/jwks", lambda: provider.keyring.jwks, provider.settings.lifetimes.jwks_cache)


class Document:
    """A public JSON document, answered from messages that are made when its content changes, and only then."""

    def __init__(self, provider: Provider, route: str, read: Callable[[], bytes], max_age: int) -> None:
        self._read = read
        self._security = security_headers(provider.settings)
        self._fixed = [(b"cache-control", f"public, max-age={max_age}".encode()), ANY_ORIGIN, *self._security]
        self._count = metrics.document(route)
        self._body = b""
        self._tag = b""
        self._messages: tuple[dict[str, Any], dict[str, Any]] = ({}, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            return await self._other(scope, send)
        body = self._read()
        if body is not self._body:
            self._make(body)
        self._count()
        for name, value in scope["headers"]:
            # One of a list, or weak because a proxy compressed what it passed on (RFC 9110 section 13.1.2): all the same.
            if name == b"if-none-match" and (self._tag in value or value == b"*"):
                return await answer(send, 304, b"", (b"etag", self._tag), *self._fixed)
        await send(self._messages[0])
        await send(self._messages[1])

    def _make(self, body: bytes) -> None:
        self._tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'.encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"etag", self._tag),
            *self._fixed,
        ]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        self._messages = (start, {"type": "http.response.body", "body": body})
        self._body = body

    async def _other(self, scope: Scope, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            return await answer_preflight(send, b"GET", *self._security)
        if scope["method"] != "HEAD":
            return await answer(send, 405, b"", (b"allow", b"GET, HEAD"), *self._fixed)
        if (body := self._read()) is not self._body:
            self._make(body)
        await send(self._messages[0])
        await send({"type": "http.response.body", "body": b""})
