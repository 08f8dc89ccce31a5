"""/end_session (OIDC RP-Initiated Logout 1.0)."""

from starlette.requests import Request
from starlette.responses import Response

from idp.base.errors import PageFault
from idp.flows import logout
from idp.provider import Provider
from idp.web import wire
from idp.web.frame import Frame
from idp.web.shell import App
from idp.web.wire import Parameters


def endpoint(provider: Provider) -> App:
    """GET and POST alike; a person who has to be asked is sent to our own page."""
    frame = Frame(provider)

    async def by_address(request: Request) -> Response:
        return await _end(frame, request, wire.parse(request.scope["query_string"]))

    async def by_form(request: Request) -> Response:
        return await _end(frame, request, await wire.read_form(request.scope, request.receive))

    return frame.endpoint("/end_session", by_address, by_form)


async def _end(frame: Frame, request: Request, found: Parameters) -> Response:
    if found.faults:
        raise PageFault("kesalahan.keluar", f"malformed: {', '.join(found.faults)[:80]}")
    outcome = await logout.by_relying_party(frame.provider, found.values, frame.visitor(request))
    if isinstance(outcome, logout.Confirm):
        return frame.redirect("/keluar")
    return await frame.signed_out(request, outcome)
