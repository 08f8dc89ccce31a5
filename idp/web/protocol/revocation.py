"""/revoke (RFC 7009)."""

from idp.base.errors import InvalidRequest
from idp.flows import revoke
from idp.provider import Provider
from idp.web import wire
from idp.web.protocol.caller import authenticated
from idp.web.shell import App, Receive, Scope, Send


def endpoint(provider: Provider) -> App:
    """200 whether or not there was anything to revoke."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        client, found = await authenticated(provider, scope, receive)
        if "token" not in found.values:
            raise InvalidRequest("token is missing")
        await revoke.revoke(provider, client, found.values["token"], scope["gerbang.network"])
        await wire.answer(send, 200, b"", *wire.NO_STORE, wire.ANY_ORIGIN)

    return wire.posted(answer)
