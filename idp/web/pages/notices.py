"""/privasi and /ketentuan: what we promise about people's data, and the terms, each with its version."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import retention
from idp.provider import Provider
from idp.web.frame import Frame


def routes(provider: Provider) -> list[BaseRoute]:
    """Two pages to read, without signing in."""
    frame = Frame(provider)
    return [frame.door("/privasi", _privacy), frame.door("/ketentuan", _terms)]


async def _privacy(frame: Frame, request: Request) -> Response:
    return frame.page(
        request,
        "privasi",
        version=frame.provider.theme.notice_version,
        kept=[category.name for category in retention.CATEGORIES],
    )


async def _terms(frame: Frame, request: Request) -> Response:
    return frame.page(request, "ketentuan", version=frame.provider.theme.notice_version)
