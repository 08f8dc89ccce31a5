"""/keluar: signing out of the provider, after a question; and which services know of it by now."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import logout
from idp.provider import Provider
from idp.theme.records import SignedOut
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages.waiting import here


def routes(provider: Provider) -> list[BaseRoute]:
    """The question, its answer, and a page that can be looked at again."""
    frame = Frame(provider)
    return [
        frame.door("/keluar", _show, _submit),
        frame.door("/keluar/selesai", _done),
        # Where the version before leads whoever signed out everywhere; it may run beside this one.
        frame.door("/akun/keluar", _done),
    ]


async def _show(frame: Frame, request: Request) -> Response:
    if frame.visitor(request).session is None:
        return await _done(frame, request)
    await here(frame, request)
    frame.prefer(request, query(request, "ui_locales"))
    return frame.page(request, "keluar")


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    frame.prefer(request, query(request, "ui_locales"))
    return frame.signed_out(request, await logout.by_person(frame.provider, frame.visitor(request)))


async def _done(frame: Frame, request: Request) -> Response:
    provider = frame.provider
    seen = logout.watched(provider, frame.visitor(request), query(request, "sesi"))
    frame.prefer(request, seen.language or query(request, "ui_locales"))
    told = await logout.all_confirmations(provider, seen, frame.language(request).code)
    services = [SignedOut(name, state) for name, state in told]
    return frame.page(request, "keluar_selesai", services=services, next="", again=frame.here(request))
