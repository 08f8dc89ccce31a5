"""The token endpoint (RFC 6749 section 3.2): one file per grant, one table that finds it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from idp.base.errors import InvalidRequest, UnauthorizedClient, UnsupportedGrantType
from idp.clients.client import Client
from idp.flows.token import authorization_code, client_credentials, refresh_token
from idp.flows.token.request import TokenRequest
from idp.provider import Provider

Answer = dict[str, Any]
GRANTS: Mapping[str, Callable[[Provider, Client, TokenRequest], Awaitable[Answer]]] = {
    "authorization_code": authorization_code.exchange,
    "refresh_token": refresh_token.renew,
    "client_credentials": client_credentials.issue,
}


async def answer(provider: Provider, client: Client, request: TokenRequest) -> Answer:
    """The token response, or an OAuthError. The client has been authenticated."""
    grant_type = request.values.get("grant_type")
    if grant_type is None:
        raise InvalidRequest("grant_type is missing")
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise UnsupportedGrantType("grant_type is not supported")
    if grant_type not in client.grant_types:
        raise UnauthorizedClient("this client is not registered for this grant_type")
    return await grant(provider, client, request)


__all__ = ["GRANTS", "TokenRequest", "answer"]
