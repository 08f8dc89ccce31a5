"""Sessions of a web service, kept on the server: the cookie holds only a name that nobody can guess.

On the server, because a back-channel logout has to end a session while its browser is not there.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IDLE_SECONDS = 20 * 60


class Sessions:
    """ASGI middleware. A real service with several processes keeps `_live` in Redis or in its database."""

    def __init__(self, cookie: str, *, https: bool, now: Callable[[], float] = time.time) -> None:
        self._cookie = cookie
        self._flags = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if https else "")
        self._now = now
        self._live: dict[str, tuple[float, dict[str, Any]]] = {}

    def around(self, app: ASGIApp) -> ASGIApp:
        async def with_session(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            name = HTTPConnection(scope).cookies.get(self._cookie, "")
            loaded = self._load(name)
            scope["session"] = loaded

            async def send_with_cookie(message: Message) -> None:
                if message["type"] == "http.response.start" and (cookie := self._keep(name, loaded, scope["session"])):
                    MutableHeaders(scope=message).append("Set-Cookie", f"{cookie}; {self._flags}")
                await send(message)

            await app(scope, receive, send_with_cookie)

        return with_session

    def start(self, request: Request, person: dict[str, Any]) -> None:
        """A new session under a new name: one that somebody planted before sign-in is worth nothing after it."""
        request.scope["session"] = dict(person)

    def end(self, request: Request) -> None:
        request.scope["session"] = {}

    def end_all(self, *, sid: str | None, sub: str | None) -> int:
        """Ends the sessions that began in the provider's session `sid`, or all of `sub`. Returns how many."""
        gone = [
            name
            for name, (_, session) in self._live.items()
            if (session.get("sid") == sid if sid is not None else session.get("sub") == sub)
        ]
        for name in gone:
            del self._live[name]
        return len(gone)

    def _load(self, name: str) -> dict[str, Any]:
        seen, session = self._live.get(name, (0.0, {}))
        return session if self._now() - seen < IDLE_SECONDS else {}

    def _keep(self, name: str, loaded: dict[str, Any], session: dict[str, Any]) -> str | None:
        """Stores the session after its request; returns what the cookie should become, None to leave it."""
        known = name in self._live
        if session is loaded and known and session:
            self._live[name] = (self._now(), session)
            return None
        if session is loaded and "sub" in session:
            return None  # ended by the provider while this request ran: it must not come back to life
        self._live.pop(name, None)
        if not session:
            return f"{self._cookie}=; Max-Age=0" if known else None
        self._sweep()
        name = secrets.token_urlsafe(32)
        self._live[name] = (self._now(), session)
        return f"{self._cookie}={name}"

    def _sweep(self) -> None:
        now = self._now()
        for name in [name for name, (seen, _) in self._live.items() if now - seen >= IDLE_SECONDS]:
            del self._live[name]
