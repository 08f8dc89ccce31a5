"""saldo's API: a resource server. It trusts the provider by discovery and JWKS alone and asks it nothing per call.

RFC 6750 (bearer tokens), RFC 9068 (JWT access tokens), RFC 9470 (step-up).
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from examples.ladder import reaches
from examples.provider import Provider, TokenRefused
from examples.saldo.balance import balance_of

SCOPE = "saldo:baca"
MAX_AGE = 900  # seconds since the participant last proved who she is
ASKED = "loa2"


class Challenge(Exception):
    """An answer 401 or 403 with its WWW-Authenticate (RFC 6750 §3)."""

    def __init__(self, status: int, **parameters: str) -> None:
        self.status = status
        self.error = parameters.get("error", "unauthorized")
        listed = ", ".join(f'{name}="{value}"' for name, value in parameters.items())
        self.header = f"Bearer {listed}" if listed else "Bearer"


def api(provider: Provider, resource: str, now: Callable[[], float] = time.time) -> APIRouter:
    """The API at `resource`, its resource indicator (RFC 8707) and so the audience of its tokens."""
    router = APIRouter(prefix="/api")

    async def caller(request: Request) -> dict[str, Any]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Challenge(401)  # no error code when no token was tried (RFC 6750 §3.1)
        try:
            claims = await provider.claims(token.strip(), typ="at+jwt", audience=resource)
        except TokenRefused as refusal:
            raise Challenge(401, error="invalid_token", error_description=str(refusal)) from refusal
        if "cnf" in claims:  # bound to a key that a Bearer call does not prove (RFC 9449 §7.1)
            raise Challenge(401, error="invalid_token", error_description="this token needs its proof of possession")
        if SCOPE not in str(claims.get("scope", "")).split():
            raise Challenge(403, error="insufficient_scope", scope=SCOPE)
        asked = await _acr(provider)
        fresh = isinstance(claims.get("auth_time"), int) and now() - claims["auth_time"] <= MAX_AGE
        if not (reaches(claims.get("acr"), asked) and fresh):
            raise Challenge(
                401,
                error="insufficient_user_authentication",
                error_description="a second factor within the last 15 minutes is needed",
                acr_values=asked,
                max_age=str(MAX_AGE),
            )
        return claims

    @router.get("/saldo")
    async def read(request: Request) -> JSONResponse:
        try:
            claims = await caller(request)
        except Challenge as challenge:
            return JSONResponse(
                {"error": challenge.error}, challenge.status, {"WWW-Authenticate": challenge.header, **NO_STORE}
            )
        return JSONResponse(asdict(balance_of(claims["sub"])), headers=NO_STORE)

    return router


NO_STORE = {"Cache-Control": "no-store"}


async def _acr(provider: Provider) -> str:
    """The provider's name for two factors: its prefix is its own, so it is read where it is published."""
    offered = (await provider.metadata()).get("acr_values_supported", [])
    return next((acr for acr in offered if acr.rpartition(":")[2] == ASKED), ASKED)
