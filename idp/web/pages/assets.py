"""Stylesheet and script under names that change with their content, and the few addresses that software asks for unasked."""

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

    def asset(path: str, file: Asset) -> BaseRoute:
        async def show(request: Request) -> Response:
            headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
            if takes_gzip(request):
                return Response(file.gzipped, 200, {**headers, "Content-Encoding": "gzip"}, media_type=file.media_type)
            return Response(file.body, 200, headers, media_type=file.media_type)

        return frame.door(path, show)

    def elsewhere(path: str, target: str) -> BaseRoute:
        async def show(request: Request) -> Response:
            return frame.redirect(target)

        return frame.door(path, show)

    async def robots(request: Request) -> Response:
        return Response(_ROBOTS, 200, {"Cache-Control": "public, max-age=86400"}, media_type="text/plain")

    async def favicon(request: Request) -> Response:
        # Pages carry their icon with them; this answers those who ask without having read one.
        return Response(b"", 204, {"Cache-Control": "public, max-age=86400"})

    return [
        *(asset(path, file) for path, file in provider.theme.assets.items()),
        elsewhere("/", "/akun"),
        # https://w3c.github.io/webappsec-change-password-url/
        elsewhere("/.well-known/change-password", "/akun/kata-sandi"),
        frame.door("/robots.txt", robots),
        frame.door("/favicon.ico", favicon),
    ]
