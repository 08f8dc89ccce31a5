"""/keluar: signing out of the provider, after a question."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import logout
from idp.provider import Provider
from idp.theme.pages import SignedOut
from idp.web.pages.frame import Form, Frame


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        if frame.visitor(request).session is None:
            return frame.page(request, "keluar_selesai", services=[], next="")
        return frame.page(request, "keluar")

    async def submit(request: Request, form: Form) -> Response:
        return await signed_out(frame, request, await logout.by_person(provider, frame.visitor(request)))

    return [frame.door("/keluar", show, submit)]


async def signed_out(frame: Frame, request: Request, outcome: logout.SignedOut) -> Response:
    """The browser without its session: at the relying party's address, or on our page that tells which services know."""
    if outcome.location is not None:
        response = Response(b"", 303, {"Location": outcome.location, "Cache-Control": "no-store"})
    else:
        told = await logout.confirmations(frame.provider, outcome.session_id) if outcome.session_id else []
        services = [SignedOut(name=name, state=state) for name, state in told]
        response = frame.page(request, "keluar_selesai", services=services, next="")
    frame.drop_session(response)
    return response
