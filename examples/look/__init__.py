"""The look that the example services share: one frame, one stylesheet, headers for both."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent
stylesheet = StaticFiles(directory=FOLDER / "static")


class Pages:
    """Templates of one service, within the shared frame. Jinja escapes whatever is put into them."""

    def __init__(self, service: str, folder: Path, *, form_targets: str) -> None:
        self._templates = Jinja2Templates([folder, FOLDER])
        self._templates.env.globals["service"] = service
        # A form here may end, by redirects, at the provider (sign-in, sign-out): Chromium holds the whole chain
        # against form-action.
        self._headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {form_targets}",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }

    def show(self, request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        return self._templates.TemplateResponse(request, template, values, status_code=status, headers=self._headers)

    def trouble(self, request: Request, status: int, heading: str, text: str) -> HTMLResponse:
        """One page for whatever went wrong: what happened, and one thing to do next."""
        return self.show(request, "trouble.html", status, heading=heading, text=text)
