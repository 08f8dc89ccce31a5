"""mitra's pages. Two factors, and none of them an SMS: our policy at the provider excludes it, so it is neither offered nor
counted there, and the level says all. Which companies somebody acts for is the claim `perusahaan`, from userinfo.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from joserfc.errors import JoseError
from starlette.types import ASGIApp

from examples.ladder import reaches
from examples.look import Pages, stylesheet
from examples.mitra.companies import Company, company
from examples.mitra.english import ENGLISH
from examples.provider import Provider
from examples.registration import Registration
from examples.session import Sessions


def mitra(us: Registration, http: httpx2.AsyncClient) -> ASGIApp:
    provider = Provider(us.issuer, http)
    sessions = Sessions("mitra-session", https=us.url.startswith("https:"))
    pages = Pages("Mitra Perusahaan", Path(__file__).parent / "pages", form_targets=us.issuer, english=ENGLISH)
    sso = OAuth().register(
        "gerbang",
        server_metadata_url=f"{us.issuer}/.well-known/openid-configuration",
        client_id=us.client_id,
        client_secret=us.client_secret,
        client_kwargs={"scope": "openid profile perusahaan", "code_challenge_method": "S256"},
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with http:
            yield

    app = FastAPI(title="mitra", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/look", stylesheet)

    async def two_factors() -> str:
        """The provider's name for acr loa2, read where it is published."""
        offered = (await provider.metadata()).get("acr_values_supported", [])
        return next((acr for acr in offered if acr.rpartition(":")[2] == "loa2"), "loa2")

    @app.get("/")
    async def front(request: Request) -> Response:
        return pages.show(request, "front.html", name=request.session.get("name"), account_page=us.account_page)

    @app.get("/masuk")
    async def sign_in(request: Request) -> Response:
        redirect: Response = await sso.authorize_redirect(
            request, f"{us.url}/callback", acr_values=await two_factors(), ui_locales=pages.language(request)
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
        except (OAuthError, JoseError):
            return pages.trouble(request, 200, "Belum masuk", "Anda membatalkan, atau permintaannya kedaluwarsa.")
        if profile["sub"] != person["sub"]:  # OpenID Connect Core §5.3.2
            return pages.trouble(request, 400, "Tidak bisa masuk", "Jawaban layanan masuk tidak cocok.")
        if not reaches(person.get("acr"), await two_factors()):
            return pages.trouble(
                request,
                200,
                "Perlu faktor kedua",
                "Pasang aplikasi autentikator atau passkey di halaman akun. SMS tidak cukup.",
            )
        sessions.start(
            request,
            {"sub": person["sub"], "id_token": token["id_token"], "name": profile.get("name") or "Peserta"}
            | {"companies": profile.get("perusahaan", [])},
        )
        return RedirectResponse("/perusahaan", 303)

    @app.get("/perusahaan")
    async def listed(request: Request) -> Response:
        session = request.session
        if "sub" not in session:
            return RedirectResponse("/", 303)
        companies = [company(one["npp"], one["peran"]) for one in session["companies"]]
        return pages.show(request, "companies.html", name=session["name"], companies=companies)

    @app.get("/perusahaan/{npp}")
    async def one_company(request: Request, npp: str) -> Response:
        session = request.session
        if "sub" not in session:
            return RedirectResponse("/", 303)
        shown = acted_for(session["companies"], npp)
        if shown is None:  # the address bar is no way around the claim
            return pages.trouble(request, 403, "Bukan perusahaan Anda", "Anda tidak tercatat mewakili perusahaan itu.")
        return pages.show(request, "company.html", name=session["name"], company=shown)

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


def acted_for(companies: list[dict[str, str]], npp: str) -> Company | None:
    return next((company(one["npp"], one["peran"]) for one in companies if one["npp"] == npp), None)
