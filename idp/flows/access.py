"""A token of ours that somebody presents: is it whole, in time, and does its grant still stand? At most one round trip."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from idp.base.errors import InvalidToken
from idp.base.jose import JoseFault
from idp.grants import grant
from idp.grants.grant import Living
from idp.grants.tokens import ACCESS_TOKEN_TYPE
from idp.provider import Provider


@dataclass(frozen=True, slots=True)
class Presented:
    """A good access token: its claims, and for a person's token its grant."""

    claims: Mapping[str, Any]
    grant: Living | None

    @property
    def scope(self) -> frozenset[str]:
        return frozenset(str(self.claims.get("scope", "")).split())


def read_hint(provider: Provider, hint: str) -> Mapping[str, Any]:
    """The claims of an ID token that a client gives back (`id_token_hint`); that it has expired does not matter.

    Raises JoseFault unless it is an ID token of ours. Signed userinfo has the same `typ`, but never an auth_time.
    """
    claims = provider.keyring.verify(hint, ("jwt",))
    if claims.get("iss") != provider.settings.issuer or "auth_time" not in claims:
        raise JoseFault("not an ID token of this issuer")
    return claims


async def read(provider: Provider, token: str, *, telling: bool = False) -> Presented:
    """The token's meaning; InvalidToken when it is not ours, has expired, or was taken back.

    `telling` says that the caller is about to tell claims of the person, and the grant takes note of it.
    """
    try:
        claims = provider.keyring.recognise(token, ACCESS_TOKEN_TYPE)
    except JoseFault as fault:
        raise InvalidToken("the access token is not valid", private=str(fault)) from None
    if claims.get("iss") != provider.settings.issuer or provider.clock.now() >= claims["exp"]:
        raise InvalidToken("the access token has expired")
    if provider.clients.get(claims["client_id"]) is None:
        raise InvalidToken("the access token is no longer valid")
    if "gid" not in claims:
        return Presented(claims, None)
    told_at = provider.clock.now() if telling else None
    living = await grant.living(provider.database, UUID(claims["gid"]), told_at)
    if living is None:
        raise InvalidToken("the access token is no longer valid")
    return Presented(claims, living)
