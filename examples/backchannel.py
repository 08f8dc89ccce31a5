"""OpenID Connect Back-Channel Logout 1.0: the provider tells a service that a session has ended."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from examples.provider import Provider, TokenRefused

EVENT = "http://schemas.openid.net/event/backchannel-logout"
FRESH_SECONDS = 300


@dataclass(frozen=True)
class Logout:
    sid: str | None  # that one session of the provider
    sub: str | None  # else every session of this person


class LogoutTokens:
    """Reads the logout tokens meant for one client, each of them once."""

    def __init__(self, provider: Provider, client_id: str, now: Callable[[], float] = time.time) -> None:
        self._provider = provider
        self._client_id = client_id
        self._now = now
        self._seen: dict[str, int] = {}  # jti → exp

    async def read(self, token: str) -> Logout | None:
        """§2.6, step by step. None: this very token was obeyed before.

        Deliveries are repeated when an answer got lost, so a second sight is no error; but it must not be obeyed
        twice either, lest a copy end a session that began after it. Raises TokenRefused, httpx2.HTTPError.
        """
        claims = await self._provider.claims(token, typ="logout+jwt", audience=self._client_id)
        jti, sid, sub, issued_at = (claims.get(name) for name in ("jti", "sid", "sub", "iat"))
        if abs(self._now() - claims["iat"]) > FRESH_SECONDS:
            raise TokenRefused(f"issued at {issued_at}, which is not now")
        if not isinstance(claims.get("events"), dict) or not isinstance(claims["events"].get(EVENT), dict):
            raise TokenRefused("events does not say that this is a back-channel logout")
        if "nonce" in claims:  # an ID token, sent here by somebody who holds one
            raise TokenRefused("a logout token has no nonce")
        if not isinstance(jti, str):
            raise TokenRefused("jti is missing")
        if not isinstance(sid, str | None) or not isinstance(sub, str | None) or (sid is None and sub is None):
            raise TokenRefused("neither sid nor sub says who")
        if jti in self._seen:
            return None
        self._seen = {seen: exp for seen, exp in self._seen.items() if exp > self._now() - FRESH_SECONDS}
        self._seen[jti] = int(claims["exp"])
        return Logout(sid, sub)
