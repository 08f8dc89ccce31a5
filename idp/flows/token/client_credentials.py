"""Client credentials (RFC 6749 section 4.4): a service on its own behalf. No database is asked."""

from typing import Any

from idp.base.errors import InvalidScope, UnauthorizedClient
from idp.clients.client import Client
from idp.flows.token import minting
from idp.flows.token.request import TokenRequest
from idp.grants import tokens
from idp.grants.scopes import OPEN_SCOPES
from idp.provider import Provider


async def issue(provider: Provider, client: Client, request: TokenRequest) -> dict[str, Any]:
    """An access token whose subject is the client itself (RFC 9068 section 2.2); no refresh token, no ID token. Raises InvalidScope,
    InvalidTarget, and UnauthorizedClient for a public client.
    """
    if client.public:
        raise UnauthorizedClient("a public client cannot act on its own behalf")
    allowed = (client.scopes or frozenset()) - OPEN_SCOPES
    asked = request.values.get("scope")
    wanted = sorted(allowed) if asked is None else list(dict.fromkeys(asked.split()))
    if not set(wanted) <= allowed:
        raise InvalidScope("scope is not registered for this client")
    scope = " ".join(wanted)
    claims = tokens.access_token(
        issuer=provider.settings.issuer,
        subject=client.client_id,
        client_id=client.client_id,
        audience=minting.single(minting.audience(provider, client, (), request.resources)) or provider.settings.issuer,
        scope=scope,
        now=provider.clock.now(),
        lifetime=provider.settings.lifetimes.access_token,
        entropy=provider.entropy,
    )
    access = provider.keyring.sign(claims, client.access_token_algorithm, tokens.ACCESS_TOKEN_TYPE)
    return minting.bearer(provider, access, scope)
