"""Client credentials (RFC 6749 section 4.4): a service on its own behalf. No database is asked."""

from typing import Any

from idp.base.errors import InvalidScope, UnauthorizedClient
from idp.clients.client import Client
from idp.flows.token import minting
from idp.flows.token.request import TokenRequest
from idp.grants import tokens
from idp.provider import Provider

_FOR_PEOPLE = frozenset({"openid", "profile", "email", "phone", "address", "offline_access"})


async def issue(provider: Provider, client: Client, request: TokenRequest) -> dict[str, Any]:
    """An access token whose subject is the client itself (RFC 9068 section 2.2); no refresh token, no ID token."""
    if client.public:
        raise UnauthorizedClient("a public client cannot act on its own behalf")
    allowed = (client.scopes or frozenset()) - _FOR_PEOPLE
    asked = request.values.get("scope")
    wanted = sorted(allowed) if asked is None else list(dict.fromkeys(asked.split()))
    if not set(wanted) <= allowed:
        raise InvalidScope("scope is not registered for this client")
    resources = minting.audience(provider, (), request.resources)
    settings, scope = provider.settings, " ".join(wanted)
    claims = tokens.access_token(
        issuer=settings.issuer,
        subject=client.client_id,
        client_id=client.client_id,
        audience=resources[0] if len(resources) == 1 else resources or settings.issuer,
        scope=scope,
        now=provider.clock.now(),
        lifetime=settings.lifetimes.access_token,
        entropy=provider.entropy,
    )
    access = provider.keyring.sign(claims, client.access_token_algorithm, tokens.ACCESS_TOKEN_TYPE)
    answer: dict[str, Any] = {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": settings.lifetimes.access_token,
    }
    if scope:
        answer["scope"] = scope
    return answer
