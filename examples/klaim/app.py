"""klaim's pages: every claim is filed within five minutes of two proven factors, by somebody whose identity was checked
(acr loa2v, max_age 300). Who changed their email or phone lately can claim, and is paid later."""

import secrets
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc.errors import JoseError
from starlette.types import ASGIApp

from examples.backchannel import LogoutTokens
from examples.klaim.claim import PROGRAMS, RELATIONS, Claim, payable_from
from examples.klaim.english import ENGLISH
from examples.ladder import reaches
from examples.look import Pages, stylesheet
from examples.provider import Provider, TokenRefused
from examples.registration import Registration
from examples.session import Sessions

MAX_AGE = 300  # seconds
CLOCK_SKEW = 10  # seconds
# The stronger one is liked better and the weaker one accepted: whoever has no passkey must not be shut out.
WANTED = ("loa3", "loa2v")


def klaim(us: Registration, http: httpx2.AsyncClient, now: Callable[[], float] = time.time) -> ASGIApp:
    provider = Provider(us.issuer, http, now)
    logout_tokens = LogoutTokens(provider, us.client_id, now)
    sessions = Sessions("klaim-session", https=us.url.startswith("https:"))
    pages = Pages("Klaim", Path(__file__).parent / "pages", form_targets=us.issuer, english=ENGLISH)
    filed: dict[str, dict[str, Claim]] = defaultdict(dict)  # sub → number → claim
    sso = OAuth().register(
        "gerbang",
        server_metadata_url=f"{us.issuer}/.well-known/openid-configuration",
        client_id=us.client_id,
        client_secret=us.client_secret,
        client_kwargs={"scope": "openid profile klaim:ajukan", "code_challenge_method": "S256"},
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with http:
            yield

    app = FastAPI(title="klaim", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/look", stylesheet)

    async def named(rung: str) -> str:
        """The provider's name for a level: its prefix is its own, so it is read where it is published."""
        offered = (await provider.metadata()).get("acr_values_supported", [])
        return next((acr for acr in offered if acr.rpartition(":")[2] == rung), "")

    async def proven(person: dict[str, Any]) -> bool:
        """Whether identity and two factors were proven, and lately. The answer counts, not the question (RFC 9470 §5)."""
        recent = now() - person.get("auth_time", 0) <= MAX_AGE + CLOCK_SKEW
        return recent and reaches(person.get("acr"), await named("loa2v"))

    async def to_provider(request: Request) -> Response:
        asked = " ".join([name for rung in WANTED if (name := await named(rung))])
        redirect: Response = await sso.authorize_redirect(
            request, f"{us.url}/callback", acr_values=asked, max_age=str(MAX_AGE), ui_locales=pages.language(request)
        )
        return redirect

    @app.get("/")
    async def front(request: Request) -> Response:
        return pages.show(request, "front.html", name=request.session.get("name"), account_page=us.account_page)

    @app.get("/masuk")
    async def sign_in(request: Request) -> Response:
        return await to_provider(request)

    @app.get("/callback")
    async def callback(request: Request) -> Response:
        if request.query_params.get("iss") != us.issuer:  # RFC 9207: an answer of another provider mixed in
            return pages.trouble(request, 400, "Tidak bisa masuk", "Jawaban ini bukan dari layanan masuk kami.")
        try:
            token = await sso.authorize_access_token(request)
            person = token["userinfo"]  # the claims of the ID token, validated by Authlib
            profile = await sso.userinfo(token=token)
        except (OAuthError, JoseError) as refusal:
            return refused(request, refusal.error)
        if profile["sub"] != person["sub"]:  # OpenID Connect Core §5.3.2
            return refused(request, "mismatching_sub")
        if not await proven(person):
            two = reaches(person.get("acr"), await named("loa2"))
            return pages.show(request, "unproven.html", two_factors=two, issuer=us.issuer)
        same_person = request.session.get("sub") == person["sub"]
        sessions.start(
            request,
            {name: person.get(name) for name in ("sub", "sid", "acr", "auth_time")}
            | {"id_token": token["id_token"], "name": profile.get("name") or "Peserta"}
            | {"contact_changed_at": profile.get("kontak_diubah_pada")}
            | {"typed": request.session.get("typed") if same_person else None, "number": new_number()},
        )
        return RedirectResponse("/klaim", 303)

    def refused(request: Request, error: str | None) -> Response:
        if error == "access_denied":
            return pages.trouble(request, 200, "Anda membatalkan", "Klaim hanya bisa diajukan setelah Anda masuk.")
        if error == "unmet_authentication_requirements":
            return pages.show(request, "unproven.html", two_factors=False, issuer=us.issuer)
        return pages.trouble(request, 400, "Tidak bisa masuk", "Permintaan ini sudah tidak berlaku. Mulai lagi.")

    def form(request: Request, status: int = 200, **shown: Any) -> Response:
        session = request.session
        claims = reversed(filed[session["sub"]].items())
        waits = payable_from(session["contact_changed_at"], now())
        values = {"programs": PROGRAMS, "relations": RELATIONS, "filed": claims, "mistakes": {}} | shown
        values |= {"account_page": us.account_page, "payable_from": waits and said(waits)}
        return pages.show(request, "claim.html", status, name=session["name"], number=session["number"], **values)

    @app.get("/klaim")
    async def write(request: Request) -> Response:
        if "sub" not in request.session:
            return RedirectResponse("/", 303)
        typed = request.session.get("typed")
        return form(request, typed=typed, kept=typed is not None)

    @app.post("/klaim")
    async def file(
        request: Request,
        number: Annotated[str, Form()],
        program: Annotated[str, Form()] = "",
        bank_account: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
        deceased: Annotated[str, Form()] = "",
        relation: Annotated[str, Form()] = "",
        certificate: Annotated[str, Form()] = "",
    ) -> Response:
        session = request.session
        if "sub" not in session:
            return RedirectResponse("/", 303)
        # The number is drawn before the form is shown: another site cannot guess it, and a second click files nothing.
        if not secrets.compare_digest(number.encode(), session["number"].encode()):
            return RedirectResponse("/klaim", 303)
        claim = Claim.typed(program, bank_account, reason, deceased, relation, certificate)
        if mistakes := claim.mistakes():
            return form(request, 422, typed=asdict(claim), mistakes=mistakes)
        if not await proven(session):
            session["typed"] = asdict(claim)  # what was typed waits here while the participant proves herself again
            return await to_provider(request)
        filed[session["sub"]][number] = claim
        session |= {"typed": None, "number": new_number()}
        return RedirectResponse("/klaim", 303)

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


def said(moment: int) -> tuple[str, str]:
    """UNIX seconds as day and time of the clock in Western Indonesia."""
    local = datetime.fromtimestamp(moment, UTC) + timedelta(hours=7)
    return f"{local:%Y-%m-%d}", f"{local:%H.%M} WIB"


def new_number() -> str:
    return f"K-{secrets.token_hex(8)}"
