"""Reading and writing the wire of OAuth: strict parameters, JSON answers, Bearer challenges. Thin on purpose."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

import orjson

from idp.base.errors import InsufficientScope, InvalidClient, InvalidRequest, OAuthError, Unavailable
from idp.web.shell import App, BodyTooLarge, Receive, Scope, Send

MAX_NAME = 64
MAX_VALUE = 8192
MAX_QUERY = 24_000
MAX_FIELDS = 60
_REPEATABLE = frozenset({"resource", "audience"})
NO_STORE = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
"""For endpoints that browsers of public clients call; no cookie counts there, so any origin may (ASVS 3.4.2)."""
_JSON = (b"content-type", b"application/json")
_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Parameters:
    """Request parameters after RFC 6749 section 3.1: each at most once, empty means absent, unknown ones are ignored.

    `faults` says what is wrong with single parameters, by name, and with all of them under no name, so that a fault does
    not hide where an error may be sent. `repeated` holds the two that may repeat (`resource`, RFC 8707, and `audience`,
    RFC 8693).
    """

    values: dict[str, str]
    repeated: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def resources(self) -> list[str]:
        """The resource indicators asked for (RFC 8707)."""
        return self.repeated.get("resource", [])

    def require_sound(self) -> None:
        """Raise InvalidRequest for the first fault."""
        for fault in self.faults.values():
            raise InvalidRequest(fault)


def parse(raw: bytes) -> Parameters:
    """Parameters of a query or a form body. Raises nothing: whatever is wrong is among the faults."""
    found = Parameters({})
    # A byte that should have been percent-encoded becomes something that is not UTF-8, in its own parameter alone.
    parts = [part for part in raw.decode("ascii", "surrogateescape").split("&") if part]
    if len(raw) > MAX_QUERY:
        found.faults[""] = "the request is too large"
    elif len(parts) > MAX_FIELDS:
        found.faults[""] = "the request has too many parameters"
    seen: set[str] = set()
    for part in parts[:MAX_FIELDS]:
        name, _, value = part.partition("=")
        if "%" in part or "+" in part:
            # Most have nothing to decode, and the library takes its time to find that out.
            name = unquote_plus(name, errors="surrogateescape")
            value = unquote_plus(value, errors="surrogateescape")
        if len(name) > MAX_NAME or not name.isascii() or not name.isprintable():
            continue
        if not value.isascii() and not _well_formed(value):
            found.faults[name] = f"{_sayable(name)} is not UTF-8"
        elif "\x00" in value:
            found.faults[name] = f"{_sayable(name)} holds a null character"
        elif len(value) > MAX_VALUE:
            found.faults[name] = f"{_sayable(name)} is too long"
        elif name in _REPEATABLE:
            if value:
                found.repeated.setdefault(name, []).append(value)
        elif name in seen:
            found.faults[name] = f"{_sayable(name)} is repeated"
        elif value:
            found.values[name] = value
        seen.add(name)
    for name in found.faults:
        found.values.pop(name, None)
    return found


def _sayable(name: str) -> str:
    """How an answer speaks of a parameter; a name that could be anything is not sent back."""
    return name if name.isidentifier() else "a parameter"


def _well_formed(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_form(scope: Scope) -> bool:
    """Whether the body says of itself that it is a form."""
    said = header(scope, b"content-type") or ""
    return said == _FORM or said.partition(";")[0].strip().lower() == _FORM


async def read_form(scope: Scope, receive: Receive) -> Parameters:
    """Parameters of an `application/x-www-form-urlencoded` body; anything else is InvalidRequest (T22)."""
    if not is_form(scope):
        raise InvalidRequest("send application/x-www-form-urlencoded")
    return parse(await read_body(receive))


async def read_body(receive: Receive) -> bytes:
    """The whole body; the shell has capped it."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that (lower-case) name."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


async def answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """One whole response."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-length", str(len(body)).encode()), *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def answer_json(send: Send, status: int, body: Mapping[str, Any], *headers: tuple[bytes, bytes]) -> None:
    """A JSON object that no cache keeps."""
    await answer(send, status, orjson.dumps(body), _JSON, *NO_STORE, *headers)


async def answer_error(send: Send, fault: OAuthError) -> None:
    """An error of RFC 6749 section 5.2, with a challenge where the RFCs ask for one."""
    body = {"error": fault.code}
    if fault.description:
        body["error_description"] = fault.description
    headers: list[tuple[bytes, bytes]] = []
    if isinstance(fault, InvalidClient) and fault.basic:
        headers.append((b"www-authenticate", b'Basic realm="token", charset="UTF-8"'))
    await answer_json(send, fault.status, body, ANY_ORIGIN, *headers)


async def answer_challenge(send: Send, fault: OAuthError | None) -> None:
    """A Bearer challenge (RFC 6750 section 3); without a fault the caller simply sent no token."""
    challenge = 'Bearer realm="gerbang"'
    status, body = 401, b"{}"
    if fault is not None:
        status = fault.status
        challenge += f', error="{fault.code}", error_description="{fault.description}"'
        if isinstance(fault, InsufficientScope):
            challenge += f', scope="{fault.scope}"'
        body = orjson.dumps({"error": fault.code, "error_description": fault.description})
    challenged = ((b"www-authenticate", challenge.encode()), (b"access-control-expose-headers", b"www-authenticate"))
    await answer(send, status, body, _JSON, *NO_STORE, ANY_ORIGIN, *challenged)


def bearer(scope: Scope) -> str | None:
    """The token of the Authorization header; the scheme is matched in any letter case."""
    value = header(scope, b"authorization")
    if value is None:
        return None
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def answer_unavailable(send: Send, fault: Unavailable) -> None:
    """503 with Retry-After: nothing was done, and the same request may be sent again."""
    told = {"error": "temporarily_unavailable", "error_description": "try again later"}
    wait = ((b"retry-after", str(fault.retry_after).encode()), (b"access-control-expose-headers", b"retry-after"))
    await answer_json(send, 503, told, ANY_ORIGIN, *wait)


async def answer_too_large(send: Send) -> None:
    """413: the body was not read to its end."""
    told = {"error": "invalid_request", "error_description": "the request is too large"}
    await answer_json(send, 413, told, ANY_ORIGIN)


async def answer_preflight(send: Send, methods: bytes = b"GET, POST", *headers: tuple[bytes, bytes]) -> None:
    """What a browser asks before it calls from another origin (Fetch). Any header may come along: what measures a page
    likes to add its own, and `*` does not speak of Authorization."""
    allowed = (
        (b"access-control-allow-headers", b"authorization, content-type, *"),
        (b"access-control-allow-methods", methods),
        (b"access-control-max-age", b"3600"),
    )
    await answer(send, 204, b"", ANY_ORIGIN, *allowed, *headers)


def unshared(app: App) -> App:
    """The same application, whose answers no page of another origin may read."""

    async def unread(scope: Scope, receive: Receive, send: Send) -> None:
        async def untold(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                told = [(name, value) for name, value in message["headers"] if not name.startswith(b"access-control-")]
                message = {**message, "headers": told}
            await send(message)

        await app(scope, receive, untold)

    return unread


def posted(endpoint: App) -> App:
    """A JSON endpoint for POST alone: other methods get 405, errors of the OAuth tree become JSON."""

    async def only_post(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            return await answer_preflight(send)
        if scope["method"] != "POST":
            told = {"error": "invalid_request", "error_description": "use POST"}
            return await answer_json(send, 405, told, ANY_ORIGIN, (b"allow", b"POST"))
        try:
            await endpoint(scope, receive, send)
        except OAuthError as fault:
            await answer_error(send, fault)
        except Unavailable as fault:
            await answer_unavailable(send, fault)
        except BodyTooLarge:
            await answer_too_large(send)

    return only_post
