"""/end_session (OIDC RP-Initiated Logout 1.0)."""

from starlette.requests import Request
from starlette.responses import Response as HttpResponse

from idp.base.errors import PageFault
from idp.flows import logout
from idp.provider import Provider
from idp.web.pages.frame import Frame
from idp.web.pages.sign_out import signed_out
from idp.web.protocol import wire
from idp.web.protocol.authorize import door
from idp.web.shell import App, Receive


def endpoint(provider: Provider) -> App:
    """GET and POST alike; a person who has to be asked is sent to our own page."""
    frame = Frame(provider)

    async def end_session(request: Request, receive: Receive) -> HttpResponse:
        posted = request.method == "POST"
        found = await wire.read_form(request.scope, receive) if posted else wire.parse(request.scope["query_string"])
        if found.faults:
            raise PageFault("kesalahan.keluar", f"malformed: {', '.join(found.faults)[:80]}")
        outcome = await logout.by_relying_party(provider, found.values, frame.visitor(request))
        if isinstance(outcome, logout.Confirm):
            return frame.redirect("/keluar")
        return await signed_out(frame, request, outcome)

    return door(frame, end_session)
