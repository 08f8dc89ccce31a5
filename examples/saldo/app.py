"""saldo's pages: sign-in by Authlib, balance and history by its own API, and the way to a second factor when the API asks."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc.errors import JoseError
from starlette.types import ASGIApp

from examples.backchannel import LogoutTokens
from examples.look import Pages, stylesheet
from examples.provider import Provider, TokenRefused
from examples.registration import Registration
from examples.saldo import history
from examples.saldo.api import BALANCE, CLAIMS, CONTRIBUTIONS, api
from examples.saldo.english import ENGLISH
from examples.saldo.ledger import CATEGORIES, Ledger
from examples.session import Sessions

SCOPE = f"openid {BALANCE} {CONTRIBUTIONS} {CLAIMS}"
# Asked for by name, so that they come in the ID token: the access token is for our own API and does not open userinfo.
TOLD = json.dumps({"id_token": {"kategori": None, "peserta": None}})


def saldo(us: Registration, http: httpx2.AsyncClient) -> ASGIApp:
    resource = f"{us.url}/api"
    provider = Provider(us.issuer, http)
    ledger = Ledger(datetime.now(UTC).date())
    logout_tokens = LogoutTokens(provider, us.client_id)
    sessions = Sessions("saldo-session", https=us.url.startswith("https:"))
    pages = Pages("Saldo", Path(__file__).parent / "pages", form_targets=us.issuer, english=ENGLISH)
    sso = OAuth().register(
        "gerbang",
        server_metadata_url=f"{us.issuer}/.well-known/openid-configuration",
        client_id=us.client_id,
        client_secret=us.client_secret,
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256"},
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with http:
            yield

    app = FastAPI(title="saldo", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(api(provider, resource, ledger))
    app.mount("/look", stylesheet)

    @app.get("/")
    async def front(request: Request) -> Response:
        return pages.show(request, "front.html", signed_in="sub" in request.session, account_page=us.account_page)

    @app.get("/masuk")
    async def sign_in(request: Request) -> Response:
        return await to_provider(request, {}, "/saldo")

    async def to_provider(request: Request, asked: dict[str, str], onward: str) -> Response:
        """Authlib adds state, nonce and the PKCE challenge, and keeps them in the session until the callback."""
        request.session.update(asked=asked, onward=onward)
        redirect: Response = await sso.authorize_redirect(
            request, f"{us.url}/callback", resource=resource, claims=TOLD, ui_locales=pages.language(request), **asked
        )
        return redirect

    @app.get("/callback")
    async def callback(request: Request) -> Response:
        if request.query_params.get("iss") != us.issuer:  # RFC 9207: an answer of another provider mixed in
            return pages.trouble(request, 400, "Tidak bisa masuk", "Jawaban ini bukan dari layanan masuk kami.")
        try:
            token = await sso.authorize_access_token(request, resource=resource)
        except (OAuthError, JoseError) as refusal:
            return refused(request, refusal.error)
        person = token["userinfo"]  # the claims of the ID token, validated by Authlib
        ledger.learn(person["sub"], person.get("kategori"))
        onward = request.session.get("onward", "/saldo")
        sessions.start(
            request,
            {
                "sub": person["sub"],
                "sid": person.get("sid"),
                "access_token": token["access_token"],
                "id_token": token["id_token"],
                "member": person.get("peserta") is True,
                "answered": request.session.get("asked"),
            },
        )
        return RedirectResponse(onward, 303)

    def refused(request: Request, error: str | None) -> Response:
        if error == "access_denied":
            return pages.trouble(request, 200, "Anda membatalkan", "Saldo hanya terlihat setelah Anda masuk.")
        if error == "unmet_authentication_requirements":
            return pages.trouble(
                request, 200, "Perlu faktor kedua", "Pasang aplikasi autentikator di halaman akun, lalu ulangi."
            )
        return pages.trouble(request, 400, "Tidak bisa masuk", "Permintaan ini sudah tidak berlaku. Mulai lagi.")

    @app.get("/saldo")
    async def balance(request: Request) -> Response:
        found = await read(request, "saldo", "/saldo")
        if isinstance(found, Response):
            return found
        category = CATEGORIES.get(found["category"], "Belum diketahui")
        return pages.show(request, "balance.html", balance=found, category=category, account_page=us.account_page)

    async def read(request: Request, what: str, onward: str) -> Any:
        """What our API says, or the answer to give instead: whoever has to prove more comes back to `onward`."""
        session = request.session
        if "sub" not in session:
            return RedirectResponse("/", 303)
        if not session["member"]:
            return pages.show(request, "stranger.html", issuer=us.issuer)
        answer = await http.get(f"{resource}/{what}", headers={"Authorization": f"Bearer {session['access_token']}"})
        answered = session.pop("answered", None)
        if answer.status_code == 200:
            return answer.json()
        asked = step_up(answer)
        if answer.status_code == 401 and asked != answered:  # asking the same again would go round for ever
            return await to_provider(request, asked, onward)
        return pages.trouble(request, 502, "Saldo belum bisa dibuka", "Layanan saldo menolak permintaan kami.")

    @app.get("/riwayat")
    async def past(request: Request, jenis: str = "iuran", tahun: str = "") -> Response:
        return await told(request, "", jenis, tahun)

    @app.get("/riwayat.{form}")
    async def past_as_file(request: Request, form: str, jenis: str = "iuran", tahun: str = "") -> Response:
        return await told(request, f".{form}", jenis, tahun)

    async def told(request: Request, form: str, jenis: str, tahun: str) -> Response:
        """As a page, or as a file (`.csv`, `.pdf`): the API asks for two factors before it tells either."""
        if form not in ("", ".csv", ".pdf") or jenis not in history.KINDS:
            return pages.trouble(request, 404, "Tidak ada di sini", "Pilih riwayat dari halaman saldo.")
        query = urlencode({"jenis": jenis, "tahun": tahun if tahun.isdigit() else ""})
        found = await read(request, jenis, f"/riwayat{form}?{query}")
        if isinstance(found, Response):
            return found
        rows = history.chosen(found, tahun)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="riwayat-{jenis}{form}"'}
        if form == ".csv":
            return Response(history.as_csv(rows), media_type="text/csv", headers=headers)
        if form == ".pdf":
            return Response(history.as_pdf(rows, jenis), media_type="application/pdf", headers=headers)
        shown = {"rows": rows, "kind": jenis, "kinds": history.KINDS, "year": tahun, "years": history.years(found)}
        return pages.show(request, "history.html", query=query, **shown)

    @app.post("/keluar")
    async def sign_out(request: Request) -> Response:
        """RP-initiated logout: our session ends here, the provider's where this redirect leads."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return pages.trouble(request, 403, "Tidak jadi keluar", "Permintaan ini datang dari situs lain.")
        id_token = request.session.get("id_token")
        sessions.end(request)
        leave = await sso.create_logout_url(f"{us.url}/", id_token, client_id=us.client_id)
        return RedirectResponse(leave["url"], 303)

    @app.post("/backchannel-logout")
    async def provider_signed_out(logout_token: Annotated[str, Form()]) -> Response:
        try:
            logout = await logout_tokens.read(logout_token)
        except TokenRefused as refusal:
            body = {"error": "invalid_request", "error_description": str(refusal)}
            return JSONResponse(body, 400, {"Cache-Control": "no-store"})
        if logout is not None:
            sessions.end_all(sid=logout.sid, sub=logout.sub)
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    @app.exception_handler(httpx2.HTTPError)
    async def provider_away(request: Request, _: Exception) -> Response:
        return pages.trouble(request, 503, "Coba lagi sebentar", "Layanan masuk sedang tidak dapat dihubungi.")

    return sessions.around(app)


def step_up(answer: httpx2.Response) -> dict[str, str]:
    """What the API's challenge asks for (RFC 9470 §4): it goes into the authorization request as it stands.

    Empty when the token is merely too old: single sign-on brings a new one without a question.
    """
    asked = dict(re.findall(r'(\w+)="([^"]*)"', answer.headers.get("WWW-Authenticate", "")))
    return {name: asked[name] for name in ("acr_values", "max_age") if name in asked}
