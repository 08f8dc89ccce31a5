"""/token (RFC 6749 section 3.2). Thin ASGI: this is the hottest door."""

from idp.base.errors import OAuthError
from idp.flows import token
from idp.provider import Provider
from idp.web import metrics, wire
from idp.web.protocol.caller import authenticated
from idp.web.shell import App, Receive, Scope, Send


def endpoint(provider: Provider) -> App:
    """The token endpoint."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        label = "other"
        try:
            client, found = await authenticated(provider, scope, receive)
            sent = found.values.get("grant_type", "")
            label = sent if sent in token.GRANTS else "other"
            request = token.TokenRequest(found.values, found.resources, scope["gerbang.network"])
            body = await token.answer(provider, client, request)
        except OAuthError as fault:
            metrics.count_token(label, fault.code)
            raise
        metrics.count_token(label, "issued")
        await wire.answer_json(send, 200, body, wire.ANY_ORIGIN)
        provider.failpoint("token.sent")

    return wire.posted(answer)
