"""Dynamic client registration (RFC 7591, OpenID Connect Registration 1.0) and its management (RFC 7592).

Closed unless the settings open it. The token that a registration hands out manages that one client: a wrong token, another
client's token and a client that does not exist all look the same.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.routing import Route

from idp.base.errors import InvalidClientMetadata, InvalidToken, OAuthError, Unavailable
from idp.clients.client import Client
from idp.flows import client_rules, officers, register_client
from idp.flows.register_client import Registered, UnknownClient
from idp.provider import Provider
from idp.web import wire
from idp.web.shell import App, BodyTooLarge, Receive, Scope, Send

PATH = "/register"
SCOPE = "clients:register"
_WINDOW = 300
_NOT_THEIRS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)


def is_open(provider: Provider) -> bool:
    """Whether anybody may register here at all."""
    return provider.settings.dev or provider.settings.registration.enabled


def endpoint(provider: Provider) -> App:
    """The registration endpoint (RFC 7591 section 3).

    Pages of other origins may use it where it takes a token. Where it takes none, any page could have its visitors register
    clients, each in the name of their own network: a browser that is told nothing here sends no JSON for it (Fetch).
    """
    settings = provider.settings
    shared = settings.registration.require_initial_access_token and not settings.dev

    async def register(scope: Scope, receive: Receive, send: Send) -> None:
        if shared and scope["method"] == "OPTIONS":
            return await wire.answer_preflight(send, b"POST")
        if scope["method"] != "POST":
            return await wire.answer(send, 405, b"", wire.ANY_ORIGIN, (b"allow", b"POST"))
        by = await _registrar(provider, scope)
        if by is None:
            return await wire.answer_challenge(send, None)
        made = await register_client.create(
            provider, await _metadata(scope, receive), by=by, source=register_client.DYNAMIC, manageable=True
        )
        body = _information(provider, made.client, made, made.registration_token)
        await wire.answer_json(send, 201, body, wire.ANY_ORIGIN)

    return _answering(register) if shared else wire.unshared(_answering(register))


def management(provider: Provider) -> Route:
    """The client configuration endpoint (RFC 7592 section 2), found by prefix."""
    actions = {"GET": _read, "PUT": _replace, "DELETE": _delete}

    async def manage(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            return await wire.answer_preflight(send, b"GET, PUT, DELETE")
        action = actions.get(scope["method"])
        if action is None:
            return await wire.answer(send, 405, b"", wire.ANY_ORIGIN, (b"allow", b"GET, PUT, DELETE"))
        token = wire.bearer(scope)
        if not token:
            return await wire.answer_challenge(send, None)
        asked: str = scope["path_params"]["client_id"]
        # An id is printable; PostgreSQL would stumble over a NUL.
        client = await register_client.manage(provider, asked, token) if asked.isprintable() else None
        if client is None:
            raise InvalidToken("the registration access token is not valid")
        await action(provider, client, token, scope, receive, send)

    return Route(f"{PATH}/{{client_id}}", _Application(_answering(manage)))


class _Application:
    """Starlette takes a function for a request handler and anything else for an application."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


async def _read(provider: Provider, client: Client, token: str, scope: Scope, receive: Receive, send: Send) -> None:
    await wire.answer_json(send, 200, _information(provider, client, None, token), wire.ANY_ORIGIN)


async def _replace(provider: Provider, client: Client, token: str, scope: Scope, receive: Receive, send: Send) -> None:
    """RFC 7592 section 2.2: the client names itself, proves its secret if it sends one, and sends nothing that is ours."""
    wanted = await _metadata(scope, receive)
    if wanted.get("client_id") != client.client_id:
        raise InvalidClientMetadata("client_id must be that of this client")
    if strange := [name for name in _NOT_THEIRS if name in wanted]:
        raise InvalidClientMetadata(f"{strange[0]} must not be sent")
    secret = wanted.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and client.knows_secret(secret, provider.clock.now())):
        raise InvalidClientMetadata("client_secret is not the one that was issued")
    changed = await register_client.replace(provider, client.client_id, wanted, by=f"client:{client.client_id}")
    await wire.answer_json(send, 200, _information(provider, changed.client, changed, token), wire.ANY_ORIGIN)


async def _delete(provider: Provider, client: Client, token: str, scope: Scope, receive: Receive, send: Send) -> None:
    await register_client.delete(provider, client.client_id, by=f"client:{client.client_id}")
    await wire.answer(send, 204, b"", *wire.NO_STORE, wire.ANY_ORIGIN)


async def _registrar(provider: Provider, scope: Scope) -> str | None:
    """Who registers, for the audit trail; None where they have to say so, and did not. Without initial access tokens a network
    may register so many in five minutes; in dev mode nobody counts, since only this machine gets in, and a conformance
    suite registers for each of its tests."""
    settings = provider.settings
    if settings.dev:
        return "registration"
    if settings.registration.require_initial_access_token:
        token = wire.bearer(scope)
        if not token:
            return None
        officer = await officers.admit(provider, token)
        officer.require(SCOPE)
        return officer.actor
    network = scope["gerbang.network"]
    limit = settings.limits.sign_up_per_network * settings.limits.factor(network)
    if await provider.ephemeral.hit(f"register:{network}", _WINDOW) > limit:
        raise Unavailable("client registrations of one network", retry_after=_WINDOW)
    return "registration"


async def _metadata(scope: Scope, receive: Receive) -> Mapping[str, Any]:
    media_type = (wire.header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise InvalidClientMetadata("send application/json")
    try:
        wanted = orjson.loads(await wire.read_body(receive))
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise InvalidClientMetadata("the body is not a JSON object")
    return wanted


def _information(provider: Provider, client: Client, made: Registered | None, token: str | None) -> dict[str, Any]:
    """The client information response (RFC 7591 section 3.2.1, RFC 7592 section 3). A secret is shown when it is made."""
    body: dict[str, Any] = {
        **client_rules.in_effect(client),
        "client_id": client.client_id,
        "client_id_issued_at": client.created_at,
    }
    if made is not None and made.secret is not None:
        body |= {"client_secret": made.secret, "client_secret_expires_at": 0}
    body |= {
        "registration_client_uri": f"{provider.settings.issuer}{PATH}/{client.client_id}",
        "registration_access_token": token,
    }
    return body


def _answering(app: App) -> App:
    """Faults as RFC 7591 section 3.2.2 and RFC 6750 section 3 want them told."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except OAuthError as fault:
            if fault.status in (401, 403):
                await wire.answer_challenge(send, fault)
            else:
                await wire.answer_error(send, fault)
        except UnknownClient:
            # Deleted while this request was on its way.
            await wire.answer_challenge(send, InvalidToken("the registration access token is not valid"))
        except Unavailable as fault:
            await wire.answer_unavailable(send, fault)
        except BodyTooLarge:
            await wire.answer_too_large(send)

    return answer
