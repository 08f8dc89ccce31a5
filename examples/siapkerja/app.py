"""siapkerja's pages: another organisation. People are asked before it gets anything; its `sub` for a person is nobody else's."""

import json
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response
from joserfc.errors import JoseError
from starlette.types import ASGIApp

from examples.look import Pages, stylesheet
from examples.registration import Registration
from examples.session import Sessions
from examples.siapkerja.english import ENGLISH


@dataclass(frozen=True)
class Loss:
    """Of a job, as its former holder tells it."""

    employer: str
    last_day: str

    def mistakes(self) -> dict[str, str]:
        found = {}
        if not 1 <= len(self.employer) <= 100:
            found["employer"] = "Tulis nama perusahaan terakhir."
        try:
            if date.fromisoformat(self.last_day) > date.today():  # noqa: DTZ011  # a day of the calendar on the wall
                found["last_day"] = "Hari kerja terakhir harus sudah lewat."
        except ValueError:
            found["last_day"] = "Tulis hari kerja terakhir, contoh 2025-10-31."
        return found


# The name alone: the scope `profile` would bring a dozen claims that nobody here needs, and people would be asked for all.
NEEDED = json.dumps({"userinfo": {"name": {"essential": True}}})


def siapkerja(us: Registration, http: httpx2.AsyncClient) -> ASGIApp:
    sessions = Sessions("siapkerja-session", https=us.url.startswith("https:"))
    pages = Pages("SIAPKerja", Path(__file__).parent / "pages", form_targets=us.issuer, english=ENGLISH)
    filed: dict[str, dict[str, Loss]] = defaultdict(dict)  # sub → number → loss
    sso = OAuth().register(
        "gerbang",
        server_metadata_url=f"{us.issuer}/.well-known/openid-configuration",
        client_id=us.client_id,
        client_secret=us.client_secret,
        client_kwargs={"scope": "openid kepesertaan", "code_challenge_method": "S256"},
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with http:
            yield

    app = FastAPI(title="siapkerja", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/look", stylesheet)

    @app.get("/")
    async def front(request: Request) -> Response:
        return pages.show(request, "front.html", name=request.session.get("name"))

    @app.get("/masuk")
    async def sign_in(request: Request) -> Response:
        redirect: Response = await sso.authorize_redirect(
            request, f"{us.url}/callback", claims=NEEDED, ui_locales=pages.language(request)
        )
        return redirect

    @app.get("/callback")
    async def callback(request: Request) -> Response:
        if request.query_params.get("iss") != us.issuer:  # RFC 9207: an answer of another provider mixed in
            return pages.trouble(request, 400, "Tidak bisa masuk", "Jawaban ini bukan dari layanan masuk kami.")
        try:
            token = await sso.authorize_access_token(request)
            person = token["userinfo"]  # the claims of the ID token, validated by Authlib
            profile = await sso.userinfo(token=token)
        except OAuthError as refusal:
            if refusal.error == "access_denied":
                return pages.trouble(request, 200, "Anda tidak mengizinkan", "Tanpa data itu JKP tidak bisa diperiksa.")
            return pages.trouble(request, 400, "Tidak bisa masuk", "Permintaan ini sudah tidak berlaku. Mulai lagi.")
        except JoseError:
            return pages.trouble(request, 400, "Tidak bisa masuk", "Jawaban layanan masuk tidak bisa dipercaya.")
        if profile["sub"] != person["sub"]:  # OpenID Connect Core §5.3.2
            return pages.trouble(request, 400, "Tidak bisa masuk", "Jawaban layanan masuk tidak cocok.")
        told = {name: profile.get(name) for name in ("kategori", "status_kepesertaan", "nomor_peserta", "peserta")}
        sessions.start(
            request,
            {"sub": person["sub"], "id_token": token["id_token"], "name": profile.get("name") or "Peserta"}
            | {"told": told, "number": new_number()},
        )
        return RedirectResponse("/jkp", 303)

    def form(request: Request, status: int = 200, **shown: Any) -> Response:
        session = request.session
        losses = reversed(filed[session["sub"]].items())
        values = {"told": session["told"], "filed": losses, "mistakes": {}, "typed": None} | shown
        return pages.show(request, "jkp.html", status, name=session["name"], number=session["number"], **values)

    @app.get("/jkp")
    async def write(request: Request) -> Response:
        return form(request) if "sub" in request.session else RedirectResponse("/", 303)

    @app.post("/jkp")
    async def file(
        request: Request,
        number: Annotated[str, Form()],
        employer: Annotated[str, Form()] = "",
        last_day: Annotated[str, Form()] = "",
    ) -> Response:
        session = request.session
        if "sub" not in session:
            return RedirectResponse("/", 303)
        # Drawn before the form is shown: another site cannot guess it, and a second click files nothing.
        if not secrets.compare_digest(number.encode(), session["number"].encode()):
            return RedirectResponse("/jkp", 303)
        loss = Loss(employer.strip(), last_day.strip())
        if not entitled(session["told"]):
            return form(request, 403)
        if mistakes := loss.mistakes():
            return form(request, 422, typed=loss, mistakes=mistakes)
        filed[session["sub"]][number] = loss
        session["number"] = new_number()
        return RedirectResponse("/jkp", 303)

    @app.post("/keluar")
    async def sign_out(request: Request) -> Response:
        """RP-initiated logout: our session ends here, the provider's where this redirect leads."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return pages.trouble(request, 403, "Tidak jadi keluar", "Permintaan ini datang dari situs lain.")
        id_token = request.session.get("id_token")
        sessions.end(request)
        leave = await sso.create_logout_url(f"{us.url}/", id_token, client_id=us.client_id)
        return RedirectResponse(leave["url"], 303)

    @app.exception_handler(httpx2.HTTPError)
    async def provider_away(request: Request, _: Exception) -> Response:
        return pages.trouble(request, 503, "Coba lagi sebentar", "Layanan masuk sedang tidak dapat dihubungi.")

    return sessions.around(app)


def entitled(told: dict[str, Any]) -> bool:
    """JKP is for wage earners who were insured."""
    return told.get("peserta") is True and told.get("kategori") == "PU"


def new_number() -> str:
    return f"JKP-{secrets.token_hex(8)}"
