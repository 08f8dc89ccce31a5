"""/token, /introspect, /revoke and /par: a client proves who it is, then asks. Thin ASGI: these are the hot doors."""

from idp.base.errors import InvalidRequest, OAuthError
from idp.clients.authenticate import Attempt
from idp.clients.client import Client
from idp.flows import introspect, push
from idp.flows import token as token_flow
from idp.provider import Provider
from idp.web import metrics
from idp.web.protocol import wire
from idp.web.protocol.wire import Parameters
from idp.web.shell import App, Receive, Scope, Send

_GRANT_LABELS = frozenset(token_flow.GRANTS)


async def _authenticated(provider: Provider, scope: Scope, receive: Receive) -> tuple[Client, Parameters]:
    """Who is calling, and with what. Parameters must be sound before anything is looked at."""
    found = await wire.read_form(scope, receive)
    found.require_sound()
    attempt = Attempt(wire.header(scope, b"authorization"), found.values, scope["gerbang.network"])
    return await provider.authenticator.authenticate(attempt), found


def token(provider: Provider) -> App:
    """The token endpoint (RFC 6749 section 3.2)."""

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        label = "other"
        try:
            client, found = await _authenticated(provider, scope, receive)
            sent = found.values.get("grant_type", "")
            label = sent if sent in _GRANT_LABELS else "other"
            request = token_flow.TokenRequest(
                found.values, found.repeated.get("resource", []), scope["gerbang.network"]
            )
            body = await token_flow.answer(provider, client, request)
        except OAuthError as fault:
            metrics.count_token(label, fault.code)
            raise
        metrics.count_token(label, "issued")
        await wire.answer_json(send, 200, body, wire.ANY_ORIGIN)

    return wire.posted(endpoint)


def introspection(provider: Provider) -> App:
    """RFC 7662."""

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        client, found = await _authenticated(provider, scope, receive)
        if client.public:
            raise InvalidRequest("introspection is for confidential clients")
        if "token" not in found.values:
            raise InvalidRequest("token is missing")
        await wire.answer_json(send, 200, await introspect.introspect(provider, client, found.values["token"]))

    return wire.posted(endpoint)


def revocation(provider: Provider) -> App:
    """RFC 7009: 200 whether or not there was anything to revoke."""

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        client, found = await _authenticated(provider, scope, receive)
        if "token" not in found.values:
            raise InvalidRequest("token is missing")
        await introspect.revoke(provider, client, found.values["token"], scope["gerbang.network"])
        await wire.answer(send, 200, b"", *wire.NO_STORE, wire.ANY_ORIGIN)

    return wire.posted(endpoint)


def pushed_authorization(provider: Provider) -> App:
    """RFC 9126."""

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        client, found = await _authenticated(provider, scope, receive)
        body = await push.push(provider, client, found.values, found.repeated)
        await wire.answer_json(send, 201, body)

    return wire.posted(endpoint)
