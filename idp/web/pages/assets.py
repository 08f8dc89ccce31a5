"""Stylesheet and script under names that change with their content, and the few addresses that software asks for unasked."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.provider import Provider
from idp.theme.render import Asset
from idp.web.compression import takes_gzip
from idp.web.frame import Frame

_FOR_EVER = "public, max-age=31536000, immutable"
_ROBOTS = b"User-agent: *\nDisallow: /\n"


def routes(provider: Provider) -> list[BaseRoute]:
    """One route for each asset of the theme, and the rest."""
    frame = Frame(provider)
    return [
        *(frame.door(path, partial(_asset, file)) for path, file in provider.theme.assets.items()),
        frame.door("/", partial(_elsewhere, "/akun")),
        # https://w3c.github.io/webappsec-change-password-url/
        frame.door("/.well-known/change-password", partial(_elsewhere, "/akun/kata-sandi")),
        frame.door("/robots.txt", _robots),
        frame.door("/favicon.ico", _favicon),
    ]


async def _asset(file: Asset, frame: Frame, request: Request) -> Response:
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if takes_gzip(request):
        return Response(file.gzipped, 200, {**headers, "Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.body, 200, headers, media_type=file.media_type)


async def _elsewhere(target: str, frame: Frame, request: Request) -> Response:
    return frame.redirect(target)


async def _robots(frame: Frame, request: Request) -> Response:
    return Response(_ROBOTS, 200, {"Cache-Control": "public, max-age=86400"}, media_type="text/plain")


async def _favicon(frame: Frame, request: Request) -> Response:
    # Pages carry their icon with them; this answers those who ask without having read one.
    return Response(b"", 204, {"Cache-Control": "public, max-age=86400"})
