"""/par, the pushed authorization request endpoint (RFC 9126)."""

from idp.flows import push
from idp.provider import Provider
from idp.web import wire
from idp.web.protocol.caller import authenticated
from idp.web.shell import App, Receive, Scope, Send


def endpoint(provider: Provider) -> App:
    """A sound request becomes a request_uri."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        client, found = await authenticated(provider, scope, receive)
        made = await push.push(provider, client, found.values, found.resources, scope["gerbang.network"])
        await wire.answer_json(send, 201, made, wire.ANY_ORIGIN)

    return wire.posted(answer)
