"""/introspect (RFC 7662)."""

from idp.base.errors import InvalidRequest
from idp.flows import introspect
from idp.provider import Provider
from idp.web import wire
from idp.web.protocol.caller import authenticated
from idp.web.shell import App, Receive, Scope, Send


def endpoint(provider: Provider) -> App:
    """For confidential clients; a public one proves nothing about who reads the answer."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        client, found = await authenticated(provider, scope, receive)
        if client.public:
            raise InvalidRequest("introspection is for confidential clients")
        if "token" not in found.values:
            raise InvalidRequest("token is missing")
        told = await introspect.introspect(provider, client, found.values["token"])
        await wire.answer_json(send, 200, told, wire.ANY_ORIGIN)

    return wire.posted(answer)
