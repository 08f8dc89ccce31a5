"""/keluar: signing out of the provider, after a question."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import logout
from idp.provider import Provider
from idp.web.form import Form, query
from idp.web.frame import Frame


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)
    return [frame.door("/keluar", _show, _submit)]


async def _show(frame: Frame, request: Request) -> Response:
    frame.prefer(request, query(request, "ui_locales"))
    if frame.visitor(request).session is None:
        return frame.page(request, "keluar_selesai", services=[], next="", again="")
    return frame.page(request, "keluar")


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    frame.prefer(request, query(request, "ui_locales"))
    return await frame.signed_out(request, await logout.by_person(frame.provider, frame.visitor(request)))
