"""Pushed authorization requests (RFC 9126): judged when they are pushed, so that the browser only carries a reference."""

from collections.abc import Mapping
from typing import Any

from idp.base.errors import InvalidRequest, PageFault, UnauthorizedClient, Unavailable
from idp.clients.client import Client
from idp.flows.authorization_request import find_target, judge
from idp.grants import pushed
from idp.provider import Provider

_WINDOW = 300
_AUTHENTICATION = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


async def push(
    provider: Provider, client: Client, values: Mapping[str, str], resources: list[str], network: str
) -> dict[str, Any]:
    """Keep a sound request for a minute; anything that /authorize would refuse is refused here already.

    Raises the OAuthError of RFC 9126 section 2.3, and Unavailable when one network pushes too much for public clients.
    """
    if "authorization_code" not in client.grant_types:
        raise UnauthorizedClient("this client is not registered for authorization requests")
    if client.public:
        # Nobody had to prove anything, and every request is a row.
        limits = provider.settings.limits
        allowed = limits.push_per_network * limits.factor(network)
        if await provider.ephemeral.hit(f"push:{network}", _WINDOW) > allowed:
            raise Unavailable("pushed requests of one network", retry_after=_WINDOW)
    if "request_uri" in values:
        raise InvalidRequest("request_uri cannot be pushed")
    parameters = {name: value for name, value in values.items() if name not in _AUTHENTICATION} | {
        "client_id": client.client_id
    }
    try:
        target = await find_target(provider, parameters, {})
    except PageFault as fault:
        raise InvalidRequest("redirect_uri is not registered for this client", private=fault.private) from None
    judge(provider, target, parameters, resources, {})
    lifetime = provider.settings.lifetimes.pushed_request
    expires_at = provider.clock.now() + lifetime
    request_uri = await pushed.push(
        provider.database, provider.new_handle(), client.client_id, parameters, resources, expires_at
    )
    return {"request_uri": request_uri, "expires_in": lifetime}
