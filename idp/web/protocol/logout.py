"""/end_session (OIDC RP-Initiated Logout 1.0)."""

from collections.abc import Mapping
from urllib.parse import urlencode

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
    return frame.endpoint("/end_session", _by_address, _by_form)


async def _by_address(frame: Frame, request: Request) -> Response:
    values = _sound(frame, request, wire.parse(request.scope["query_string"]))
    return await _end(frame, request, logout.parked(frame.provider, values["lanjut"]) if "lanjut" in values else values)


async def _by_form(frame: Frame, request: Request) -> Response:
    """A posted request comes back as a GET: only that brings the Lax cookies along from another site's form."""
    values = _sound(frame, request, await wire.read_form(request.scope, request.receive))
    return frame.redirect(f"/end_session?lanjut={logout.park(frame.provider, values)}")


def _sound(frame: Frame, request: Request, found: Parameters) -> Mapping[str, str]:
    frame.prefer(request, found.values.get("ui_locales", ""))
    if found.faults:
        raise PageFault("kesalahan.keluar", f"malformed: {', '.join(found.faults.values())[:80]}")
    return found.values


async def _end(frame: Frame, request: Request, values: Mapping[str, str]) -> Response:
    locales = values.get("ui_locales", "")
    frame.prefer(request, locales)
    outcome = await logout.by_relying_party(frame.provider, values, frame.visitor(request))
    if isinstance(outcome, logout.Confirm):
        return frame.redirect("/keluar" + (f"?{urlencode({'ui_locales': locales})}" if locales else ""))
    return frame.signed_out(request, outcome)
