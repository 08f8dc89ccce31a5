"""/userinfo by GET and POST, the token in the header or, for POST, in the form (RFC 6750 sections 2.1 and 2.2)."""

from idp.base.errors import InvalidRequest, OAuthError, Unavailable
from idp.flows import userinfo
from idp.provider import Provider
from idp.web import wire
from idp.web.shell import App, BodyTooLarge, Receive, Scope, Send


def endpoint(provider: Provider) -> App:
    """OIDC Core section 5.3."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            return await wire.answer_preflight(send)
        if scope["method"] not in ("GET", "POST"):
            return await wire.answer(send, 405, b"", wire.ANY_ORIGIN, (b"allow", b"GET, POST"))
        try:
            token = await _token(scope, receive)
            if token is None:
                return await wire.answer_challenge(send, None)
            client, body = await userinfo.read(provider, token)
        except OAuthError as fault:
            return await wire.answer_challenge(send, fault)
        except Unavailable as fault:
            return await wire.answer_unavailable(send, fault)
        except BodyTooLarge:
            return await wire.answer_too_large(send)
        if client.userinfo_algorithm is None:
            return await wire.answer_json(send, 200, body, wire.ANY_ORIGIN)
        signed = userinfo.signed(provider, client, body).encode()
        await wire.answer(send, 200, signed, (b"content-type", b"application/jwt"), *wire.NO_STORE, wire.ANY_ORIGIN)

    return answer


async def _token(scope: Scope, receive: Receive) -> str | None:
    """The one token that was sent. In the query it does not count: addresses are logged (RFC 9700 section 4.3.2)."""
    token = wire.bearer(scope)
    if scope["method"] == "POST" and wire.is_form(scope):
        found = wire.parse(await wire.read_body(receive))
        found.require_sound()
        posted = found.values.get("access_token")
        if posted is not None and token is not None:
            raise InvalidRequest("send the token once")
        token = posted or token
    return token
