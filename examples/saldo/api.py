"""saldo's API: a resource server. It trusts the provider by discovery and JWKS alone and asks it nothing per call.

RFC 6750 (bearer tokens), RFC 9068 (JWT access tokens), RFC 9470 (step-up).
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from examples.ladder import reaches
from examples.provider import Provider, TokenRefused
from examples.saldo.ledger import Ledger

BALANCE, CONTRIBUTIONS, CLAIMS, PAYMENT = "saldo:baca", "iuran:baca", "klaim:baca", "iuran:bayar"
MAX_AGE = 900  # seconds since the participant last proved who she is
ASKED = "loa2"
NO_STORE = {"Cache-Control": "no-store"}


class Challenge(Exception):
    """An answer 401 or 403 with its WWW-Authenticate (RFC 6750 §3)."""

    def __init__(self, status: int, **parameters: str) -> None:
        self.status = status
        self.error = parameters.get("error", "unauthorized")
        listed = ", ".join(f'{name}="{value}"' for name, value in parameters.items())
        self.header = f"Bearer {listed}" if listed else "Bearer"


class Payment(BaseModel):
    """What a payment gateway says. `number` is its own, by which a second copy is told."""

    code: str = Field(pattern=r"^\d{15}$")
    amount: int = Field(ge=10_000, le=100_000_000)
    number: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")


def api(provider: Provider, resource: str, ledger: Ledger, now: Callable[[], float] = time.time) -> APIRouter:
    """The API at `resource`, its resource indicator (RFC 8707) and so the audience of its tokens."""
    router = APIRouter(prefix="/api")

    async def bearer(request: Request, scope: str) -> dict[str, Any]:
        """The claims of a good token for `scope`."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Challenge(401)  # no error code when no token was tried (RFC 6750 §3.1)
        try:
            claims = await provider.claims(token.strip(), typ="at+jwt", audience=resource)
        except TokenRefused as refusal:
            raise Challenge(401, error="invalid_token", error_description=str(refusal)) from refusal
        if "cnf" in claims:  # bound to a key that a Bearer call does not prove (RFC 9449 §7.1)
            raise Challenge(401, error="invalid_token", error_description="this token needs its proof of possession")
        if scope not in str(claims.get("scope", "")).split():
            raise Challenge(403, error="insufficient_scope", scope=scope)
        return claims

    async def participant(request: Request, scope: str) -> str:
        """Whom a token is about, once she has proved lately, by two factors, that it is she."""
        claims = await bearer(request, scope)
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
        return str(claims["sub"])

    @router.get("/saldo")
    async def balance(request: Request) -> JSONResponse:
        async def answer() -> Any:
            return asdict(ledger.balance(await participant(request, BALANCE)))

        return await _answered(answer)

    @router.get("/iuran")
    async def contributions(request: Request) -> JSONResponse:
        async def answer() -> Any:
            return [asdict(one) for one in ledger.contributions(await participant(request, CONTRIBUTIONS))]

        return await _answered(answer)

    @router.get("/klaim")
    async def claims(request: Request) -> JSONResponse:
        async def answer() -> Any:
            return [asdict(one) for one in ledger.claims(await participant(request, CLAIMS))]

        return await _answered(answer)

    @router.post("/iuran")
    async def pay(request: Request) -> JSONResponse:
        """For a gateway, which acts for nobody but itself: its token's subject is the client (RFC 9068 §2.2)."""

        async def answer() -> Any:
            claims = await bearer(request, PAYMENT)
            if claims["sub"] != claims["client_id"]:
                raise Challenge(403, error="insufficient_scope", scope=PAYMENT)
            try:
                payment = Payment.model_validate_json(await request.body())
            except ValidationError:
                return JSONResponse({"error": "invalid_payment"}, 422, NO_STORE)
            booked = ledger.pay(payment.code, payment.amount, payment.number)
            return asdict(booked) if booked else JSONResponse({"error": "unknown_code"}, 404, NO_STORE)

        return await _answered(answer)

    return router


async def _answered(answer: Callable[[], Awaitable[Any]]) -> JSONResponse:
    try:
        body = await answer()
    except Challenge as challenge:
        return JSONResponse(
            {"error": challenge.error}, challenge.status, {"WWW-Authenticate": challenge.header, **NO_STORE}
        )
    return body if isinstance(body, JSONResponse) else JSONResponse(body, headers=NO_STORE)


async def _acr(provider: Provider) -> str:
    """The provider's name for two factors: its prefix is its own, so it is read where it is published."""
    offered = (await provider.metadata()).get("acr_values_supported", [])
    return next((acr for acr in offered if acr.rpartition(":")[2] == ASKED), ASKED)
