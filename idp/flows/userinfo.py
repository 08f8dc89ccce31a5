"""Userinfo (OIDC Core section 5.3)."""

from typing import Any

from idp.base.errors import InsufficientScope, InvalidToken
from idp.clients.client import Client
from idp.flows import access
from idp.grants import claims
from idp.provider import Provider


async def read(provider: Provider, token: str) -> tuple[Client, dict[str, Any]]:
    """The client that holds the token, and what it may know of the person (OIDC Core section 5.3). Raises InvalidToken, and
    InsufficientScope without `openid`.
    """
    presented = await access.read(provider, token, telling=True)
    living = presented.grant
    client = provider.clients.get(presented.claims["client_id"])
    if living is None or client is None:
        raise InsufficientScope("openid")
    if "openid" not in presented.scope:
        raise InsufficientScope("openid")
    if not _meant_for_us(presented.claims["aud"], provider.settings.issuer):
        raise InvalidToken("the access token is for another resource")
    kept = claims.barred(client) | frozenset(living.withheld)
    asked = living.asked.get("userinfo", {})
    released = claims.release(living.person, presented.scope, asked, provider.sealer, kept)
    return client, {"sub": provider.subjects.of(living.account_id, client.sector), **released}


def signed(provider: Provider, client: Client, body: dict[str, Any]) -> str:
    """The answer as a JWT, for clients that registered userinfo_signed_response_alg."""
    algorithm = client.userinfo_algorithm
    assert algorithm is not None
    return provider.keyring.sign({**body, "iss": provider.settings.issuer, "aud": client.client_id}, algorithm)


def _meant_for_us(audience: Any, issuer: str) -> bool:
    """Userinfo is ours: a token narrowed to somebody's API must not open it (RFC 8707, ASVS 10.3.1)."""
    return bool(issuer in audience) if isinstance(audience, list) else bool(audience == issuer)
