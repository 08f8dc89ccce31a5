"""gateway's counter: a code and an amount go in, and saldo's API books them.

The token is the gateway's own (RFC 6749 §4.4), good for saldo's API alone (RFC 8707) and for paying alone. It is kept
until shortly before it ends: one token serves thousands of payments.
"""

import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx2
from fastapi import FastAPI, Form, Request
from fastapi.responses import Response

from examples.gateway.english import ENGLISH
from examples.look import Pages, stylesheet
from examples.provider import Provider
from examples.registration import Registration

SCOPE = "iuran:bayar"
MARGIN = 30  # seconds


class Token:
    """The gateway's access token, fetched when there is none that lasts."""

    def __init__(
        self, us: Registration, resource: str, http: httpx2.AsyncClient, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._us = us
        self._resource = resource
        self._http = http
        self._provider = Provider(us.issuer, http)
        self._now = now
        self._kept: tuple[float, str] = (0.0, "")

    async def get(self) -> str:
        """Raises httpx2.HTTPError."""
        if self._now() >= self._kept[0]:
            form = {"grant_type": "client_credentials", "scope": SCOPE, "resource": self._resource}
            endpoint = (await self._provider.metadata())["token_endpoint"]
            credentials = httpx2.BasicAuth(self._us.client_id, self._us.client_secret or "")
            answer = await self._http.post(endpoint, data=form, auth=credentials)
            granted: dict[str, Any] = answer.raise_for_status().json()
            self._kept = (self._now() + granted["expires_in"] - MARGIN, granted["access_token"])
        return self._kept[1]


def gateway(us: Registration, http: httpx2.AsyncClient) -> FastAPI:
    resource = os.environ.get("GATEWAY_SALDO_API", "http://localhost:8101/api").rstrip("/")
    token = Token(us, resource, http)
    pages = Pages("Gerbang Bayar", Path(__file__).parent / "pages", form_targets="", english=ENGLISH)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with http:
            yield

    app = FastAPI(title="gateway", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/look", stylesheet)

    @app.get("/")
    async def counter(request: Request) -> Response:
        return pages.show(request, "pay.html", number=new_number(), typed={}, mistake="", booked=None)

    @app.post("/")
    async def pay(
        request: Request,
        number: Annotated[str, Form()],
        bill: Annotated[str, Form()] = "",
        amount: Annotated[str, Form()] = "",
    ) -> Response:
        digits = "".join(character for character in amount if character.isascii() and character.isdigit())
        payment = {"code": bill.strip(), "amount": int(digits[:12] or 0), "number": number}
        # The number goes along, so that a payment whose answer got lost is sent again and booked once.
        answer = await http.post(
            f"{resource}/iuran", json=payment, headers={"Authorization": f"Bearer {await token.get()}"}
        )
        if answer.status_code == 200:
            return pages.show(request, "pay.html", number=new_number(), typed={}, mistake="", booked=answer.json())
        mistake = {
            404: "Kode iuran tidak dikenal.",
            422: "Periksa kode (15 angka) dan jumlah (paling sedikit Rp10.000).",
        }
        if answer.status_code not in mistake:
            return pages.trouble(request, 502, "Belum bisa dibayar", "Layanan saldo menolak permintaan kami.")
        typed = {"bill": bill, "amount": amount}
        return pages.show(
            request, "pay.html", 422, number=number, typed=typed, mistake=mistake[answer.status_code], booked=None
        )

    @app.exception_handler(httpx2.HTTPError)
    async def away(request: Request, _: Exception) -> Response:
        return pages.trouble(request, 503, "Coba lagi sebentar", "Layanan pembayaran sedang tidak dapat dihubungi.")

    return app


def new_number() -> str:
    return f"GB-{secrets.token_hex(8)}"
