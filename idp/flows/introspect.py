"""Introspection (RFC 7662): a client sees its own tokens, and those for the APIs that it serves."""

from typing import Any

from idp.base.errors import InvalidToken
from idp.clients.client import Client
from idp.flows import access
from idp.grants import refresh
from idp.provider import Provider
from idp.store.database import as_id

_INACTIVE = {"active": False}


async def introspect(provider: Provider, client: Client, token: str) -> dict[str, Any]:
    """What a token means to this client; a token that is not its business looks like one that does not exist."""
    family = provider.refresh_tokens.read(token)
    if family is not None:
        row = await refresh.read(provider.database, family.grant_id)
        now = provider.clock.now()
        if row is None or not refresh.usable(row, client.client_id, now) or row["generation"] != family.generation:
            return _INACTIVE
        return {
            "active": True,
            "client_id": client.client_id,
            "scope": row["scope"],
            "iss": provider.settings.issuer,
            "sub": provider.subjects.of(as_id(row["account_id"]), client.sector),
            "exp": min(row["expires_at"], row["idle_expires_at"]),
            "iat": row["rotated_at"] or row["code_used_at"],
            # No token_type: that is how a token is used at an API (RFC 6749 section 7.1), and this one is used at none. Said
            # to be a Bearer token, it would pass for an access token wherever `active` is all that is looked at.
        }
    try:
        presented = await access.read(provider, token)
    except InvalidToken:
        return _INACTIVE
    if not _concerns(presented.claims, client):
        return _INACTIVE
    return {
        "active": True,
        "token_type": "Bearer",
        **{name: value for name, value in presented.claims.items() if name != "gid"},
    }


def _concerns(claims: Any, client: Client) -> bool:
    """The client that holds the token, or one that serves a resource of its audience."""
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    return bool(claims["client_id"] == client.client_id or client.resource_uris & set(audience))
