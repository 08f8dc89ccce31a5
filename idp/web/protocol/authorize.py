"""/authorize and the way back to it from a page, /authorize/lanjut."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from idp.flows import authorize, prompts
from idp.flows.authorization_request import AuthorizationResponse
from idp.provider import Provider
from idp.web import wire
from idp.web.form import query
from idp.web.frame import Frame
from idp.web.shell import App

PAGES: Mapping[str, str] = {
    prompts.CREATE: "/daftar",
    prompts.LOGIN: "/masuk",
    prompts.SELECT_ACCOUNT: "/pilih-akun",
    prompts.ENROL: "/masuk/cara-kedua",
    prompts.IDENTITY: "/masuk/identitas",
    prompts.SECOND_FACTOR: "/masuk/kode",
    prompts.NEW_PASSWORD: "/akun/kata-sandi",
    prompts.CONSENT: "/izin",
    prompts.LIFT: "/akun/privasi/batasi",
}


def endpoints(provider: Provider) -> tuple[App, App]:
    """The authorization endpoint and its way back."""
    frame = Frame(provider)
    return frame.endpoint("/authorize", _begin, _post), frame.endpoint("/authorize/lanjut", _resume)


async def _begin(frame: Frame, request: Request) -> Response:
    found = wire.parse(request.scope["query_string"])
    frame.prefer(request, found.values.get("ui_locales", ""))
    visitor = frame.visitor(request)
    outcome = await authorize.begin(frame.provider, found.values, found.resources, found.faults, visitor)
    return _deliver(frame, request, outcome)


async def _post(frame: Frame, request: Request) -> Response:
    """A posted request comes back as a GET: only that brings the Lax cookies along from another site's form."""
    found = await wire.read_form(request.scope, request.receive)
    frame.prefer(request, found.values.get("ui_locales", ""))
    parked = await authorize.park(frame.provider, found.values, found.resources, found.faults)
    if isinstance(parked, str):
        return frame.redirect(f"/authorize/lanjut?lanjut={parked}")
    return frame.respond(request, parked)


async def _resume(frame: Frame, request: Request) -> Response:
    outcome = await authorize.resume(frame.provider, query(request, "lanjut"), frame.visitor(request))
    return _deliver(frame, request, outcome)


def _deliver(frame: Frame, request: Request, outcome: AuthorizationResponse | authorize.Ask) -> Response:
    """The outcome as HTTP: a page of ours to go to, or the answer on its way to the relying party."""
    if isinstance(outcome, authorize.Ask):
        return frame.redirect(f"{PAGES[outcome.prompt]}?lanjut={outcome.ticket}")
    return frame.respond(request, outcome)
