"""The shapes of what we sign: access token (RFC 9068), ID token (OIDC Core section 2), logout token (Back-Channel Logout 2.4)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from idp.base.opaque import Entropy, b64encode

ACCESS_TOKEN_TYPE = "at+jwt"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Authentication:
    """How and when the person signed in, as it stood when the grant was made; a refresh never raises it."""

    auth_time: int
    acr: str
    amr: Sequence[str]


def access_token(
    *,
    issuer: str,
    subject: str,
    client_id: str,
    audience: str | list[str],
    scope: str,
    now: int,
    lifetime: int,
    entropy: Entropy,
    authentication: Authentication | None = None,
    grant_id: UUID | None = None,
    sid: str | None = None,
) -> dict[str, Any]:
    """Claims of an access token. `jti` is always random: two tokens of one second are never the same."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": audience,
        "client_id": client_id,
        "scope": scope,
        "iat": now,
        "exp": now + lifetime,
        "jti": b64encode(entropy.bytes(16)),
    }
    if authentication is not None:
        claims |= {"auth_time": authentication.auth_time, "acr": authentication.acr, "amr": list(authentication.amr)}
    if grant_id is not None:
        claims["gid"] = str(grant_id)
    if sid is not None:
        claims["sid"] = sid
    return claims


def id_token(
    *,
    issuer: str,
    subject: str,
    client_id: str,
    now: int,
    lifetime: int,
    authentication: Authentication,
    sid: str,
    nonce: str | None,
    access_token: str | None,
    algorithm: str,
    extra: Mapping[str, Any],
) -> dict[str, Any]:
    """Claims of an ID token. `extra` are claims asked for by name; they can never overwrite ours."""
    claims: dict[str, Any] = {
        **extra,
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "iat": now,
        "exp": now + lifetime,
        "auth_time": authentication.auth_time,
        "acr": authentication.acr,
        "amr": list(authentication.amr),
        "sid": sid,
    }
    if nonce is not None:
        claims["nonce"] = nonce
    if access_token is not None:
        claims["at_hash"] = half_hash(access_token, algorithm)
    return claims


def logout_token(*, issuer: str, subject: str, client_id: str, sid: str | None, now: int, jti: str) -> dict[str, Any]:
    """Claims of a logout token: never a nonce; `jti` is the outbox row's, so that a second delivery is recognisable."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "iat": now,
        "exp": now + 120,
        "jti": jti,
        "events": {LOGOUT_EVENT: {}},
    }
    if sid is not None:
        claims["sid"] = sid
    return claims


def half_hash(value: str, algorithm: str) -> str:
    """`at_hash` and its kin (OIDC Core section 3.1.3.6); SHA-512 for Ed25519, as its own hash is."""
    full = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(value.encode()).digest()
    return b64encode(full[: len(full) // 2])
