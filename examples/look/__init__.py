"""The look that the example services share: one frame, one stylesheet, two languages, headers for all of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent
stylesheet = StaticFiles(directory=FOLDER / "static")

LANGUAGES = ("id", "en")
_COOKIE, _A_YEAR = "contoh-bahasa", 365 * 86_400
ENGLISH = {
    "Layanan contoh. Semua angka di halaman ini rekaan.": "An example service. All figures on this page are made up.",
    "Kembali ke halaman depan": "Back to the front page",
    "Kesalahan": "Error",
    "Keluar": "Sign out",
    "Keluar dari semua layanan": "Sign out of all services",
    "Masuk": "Sign in",
    "Akun saya": "My account",
    "Anda masuk sebagai": "You are signed in as",
    "Nanti saja": "Not now",
    "Tidak bisa masuk": "Cannot sign in",
    "Jawaban ini bukan dari layanan masuk kami.": "This answer is not from our sign-in service.",
    "Jawaban layanan masuk tidak cocok.": "The answer of the sign-in service does not fit.",
    "Permintaan ini sudah tidak berlaku. Mulai lagi.": "This request is no longer valid. Start again.",
    "Anda membatalkan": "You called it off",
    "Perlu faktor kedua": "A second factor is needed",
    "Tidak jadi keluar": "Not signed out",
    "Permintaan ini datang dari situs lain.": "This request came from another site.",
    "Coba lagi sebentar": "Try again in a moment",
    "Layanan masuk sedang tidak dapat dihubungi.": "The sign-in service cannot be reached right now.",
}
_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}


class Pages:
    """Templates of one service, within the shared frame. Jinja escapes whatever is put into them.

    Sentences stand in the templates in Indonesian, as `_("…")`; `english` has them in English.
    """

    def __init__(self, service: str, folder: Path, *, form_targets: str, english: Mapping[str, str]) -> None:
        self._templates = Jinja2Templates([folder, FOLDER])
        self._templates.env.globals["service"] = service
        self._english = {**ENGLISH, **english}
        # A form here may end, by redirects, at the provider (sign-in, sign-out): Chromium holds the whole chain
        # against form-action.
        self._headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {form_targets}",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }

    def language(self, request: Request) -> str:
        """What somebody chose here, else Indonesian. It goes to the provider as `ui_locales` (OIDC Core section 3.1.2.1)."""
        wishes = (request.query_params.get("bahasa"), request.cookies.get(_COOKIE))
        return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])

    def show(self, request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        language = self.language(request)

        def say(sentence: str) -> str:
            return sentence if language == "id" else self._english.get(sentence, sentence)

        def day(date: str) -> str:
            year, month, number = date.split("-")
            return f"{int(number)} {_MONTHS[language].split()[int(month) - 1]} {year}"

        # A switch on the page that a sign-in came back to would ask for that answer a second time.
        here = "/" if request.url.path == "/callback" else request.url.path
        values |= {"_": say, "day": day, "lang": language, "here": here}
        response = self._templates.TemplateResponse(
            request, template, values, status_code=status, headers=self._headers
        )
        if "bahasa" in request.query_params:
            response.set_cookie(_COOKIE, language, _A_YEAR, httponly=True, samesite="lax")
        return response

    def trouble(self, request: Request, status: int, heading: str, text: str) -> HTMLResponse:
        """One page for whatever went wrong: what happened, and one thing to do next."""
        return self.show(request, "trouble.html", status, heading=heading, text=text)
