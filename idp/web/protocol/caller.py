"""Who calls an endpoint of clients, and with what parameters: the first step of /token, /introspect, /revoke and /par."""

from idp.clients.authenticate import Attempt
from idp.clients.client import Client
from idp.provider import Provider
from idp.web import wire
from idp.web.shell import Receive, Scope
from idp.web.wire import Parameters


async def authenticated(provider: Provider, scope: Scope, receive: Receive) -> tuple[Client, Parameters]:
    """The client, and what it asks. Parameters must be sound before anything is looked at."""
    found = await wire.read_form(scope, receive)
    found.require_sound()
    attempt = Attempt(wire.header(scope, b"authorization"), found.values, scope["gerbang.network"])
    return await provider.authenticator.authenticate(attempt), found
