"""jmo's screen: a phone-shaped page. The phone is this program; there is one owner and so no session cookie."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import httpx2
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from examples.jmo.client import Client
from examples.jmo.english import ENGLISH
from examples.jmo.keychain import Keychain
from examples.look import Pages, stylesheet
from examples.registration import Registration

LABELS = {"name": "Nama", "email": "Email", "phone_number": "Nomor HP", "nomor_peserta": "Nomor peserta"}


def jmo(us: Registration, http: httpx2.AsyncClient, keychain: Keychain) -> FastAPI:
    balances = os.environ.get("JMO_SALDO_API", "http://localhost:8101/api").rstrip("/")
    client = Client(us, balances, http, keychain)
    pages = Pages(
        "JMO", Path(__file__).parent / "pages", form_targets=f"{us.issuer} http://127.0.0.1:*", english=ENGLISH
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with http:
            yield

    app = FastAPI(title="jmo", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/look", stylesheet)

    def touched_here(request: Request) -> None:
        """A finger on this screen, not a form on somebody's page."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise HTTPException(403)

    finger = Annotated[None, Depends(touched_here)]

    @app.get("/")
    async def open_app(request: Request) -> Response:
        """As an app does that comes to the front: a refresh rotates the token, and tells whether we are signed in.

        Then the profile is read again, so that app and web never show two addresses of one person.
        """
        changed = await client.keep_in_step() if await client.refresh() else []
        refusal, client.refusal = client.refusal, None
        shown = {"tokens": client.tokens, "changed": changed, "labels": LABELS, "account_page": us.account_page}
        return pages.show(request, "home.html", refusal=refusal, **shown)

    @app.post("/masuk")
    async def sign_in(request: Request, _: finger) -> Response:
        return RedirectResponse(await client.authorization_url(f"{us.url}/", ui_locales=pages.language(request)), 303)

    @app.get("/saldo")
    async def balance(request: Request) -> Response:
        tokens = client.tokens
        answer = await read_balance(tokens.access_token) if tokens else None
        if answer is not None and is_stale(answer):  # an access token lives minutes; the refresh token brings the next
            tokens = await client.refresh()
            answer = await read_balance(tokens.access_token) if tokens else None
        if answer is None:
            return RedirectResponse("/", 303)
        if answer.status_code == 200:
            return pages.show(request, "balance.html", balance=answer.json())
        if asked := step_up(answer):
            return pages.show(request, "step_up.html", asked=asked)
        return pages.trouble(request, 502, "Saldo belum bisa dibuka", "Layanan saldo menolak permintaan kami.")

    async def read_balance(access_token: str) -> httpx2.Response:
        return await http.get(f"{balances}/saldo", headers={"Authorization": f"Bearer {access_token}"})

    @app.post("/saldo/kode")
    async def prove(request: Request, _: finger) -> Response:
        """Asks the API once more what it wants, and takes that to the provider as it stands (RFC 9470 §4)."""
        tokens = client.tokens
        if tokens is None:
            return RedirectResponse("/", 303)
        asked = step_up(await read_balance(tokens.access_token)) | {"ui_locales": pages.language(request)}
        return RedirectResponse(await client.authorization_url(f"{us.url}/saldo", **asked), 303)

    @app.post("/keluar")
    async def sign_out(_: finger) -> Response:
        return RedirectResponse(await client.sign_out_url(), 303)

    @app.exception_handler(httpx2.HTTPError)
    async def no_network(request: Request, _: Exception) -> Response:
        return pages.trouble(request, 503, "Tidak ada sambungan", "Periksa jaringan, lalu coba lagi.")

    return app


def is_stale(answer: httpx2.Response) -> bool:
    return answer.status_code == 401 and 'error="invalid_token"' in answer.headers.get("WWW-Authenticate", "")


def step_up(answer: httpx2.Response) -> dict[str, str]:
    """acr_values and max_age of a challenge `insufficient_user_authentication`; empty for any other answer."""
    challenge = answer.headers.get("WWW-Authenticate", "") if answer.status_code == 401 else ""
    asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    return {name: asked[name] for name in ("acr_values", "max_age") if name in asked}
