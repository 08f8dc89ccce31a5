"""/authorize and the way back to it from a page, /authorize/lanjut."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import Response as HttpResponse

from idp.base.errors import Fault, OAuthError, PageFault
from idp.flows import authorize, prompts
from idp.flows.authorization_request import Response
from idp.provider import Provider
from idp.web.pages.frame import Frame, query
from idp.web.protocol import wire
from idp.web.shell import App, Receive, Scope, Send

Handler = Callable[[Request, Receive], Awaitable[HttpResponse]]

log = structlog.get_logger("gerbang.web")

PAGES: Mapping[str, str] = {
    prompts.CREATE: "/daftar",
    prompts.LOGIN: "/masuk",
    prompts.SELECT_ACCOUNT: "/pilih-akun",
    prompts.SECOND_FACTOR: "/masuk/kode",
    prompts.CONSENT: "/izin",
}


def endpoints(provider: Provider) -> tuple[App, App]:
    """The authorization endpoint and its way back."""
    frame = Frame(provider)

    async def begin(request: Request, receive: Receive) -> HttpResponse:
        if request.method == "POST":
            return await _posted(provider, frame, request, receive)
        found = wire.parse(request.scope["query_string"])
        outcome = await authorize.begin(provider, found.values, found.repeated, found.faults, frame.visitor(request))
        return deliver(frame, request, outcome)

    async def resume(request: Request, receive: Receive) -> HttpResponse:
        outcome = await authorize.resume(provider, query(request, "lanjut"), frame.visitor(request))
        return deliver(frame, request, outcome)

    return door(frame, begin), door(frame, resume, "GET, HEAD")


async def _posted(provider: Provider, frame: Frame, request: Request, receive: Receive) -> HttpResponse:
    """A posted request comes back as a GET: only that brings the Lax cookies along from another site's form."""
    found = await wire.read_form(request.scope, receive)
    if found.faults:
        return deliver(
            frame,
            request,
            await authorize.begin(provider, found.values, found.repeated, found.faults, frame.visitor(request)),
        )
    return frame.redirect(f"/authorize/lanjut?lanjut={authorize.seal(provider, found.values, found.repeated)}")


def deliver(frame: Frame, request: Request, outcome: Response | authorize.Ask) -> HttpResponse:
    """The outcome as HTTP: a page of ours to go to, or the answer on its way to the relying party."""
    if isinstance(outcome, authorize.Ask):
        return frame.redirect(f"{PAGES[outcome.prompt]}?lanjut={outcome.ticket}")
    return frame.respond(request, outcome)


def door(frame: Frame, handler: Handler, methods: str = "GET, HEAD, POST") -> App:
    """An endpoint that a browser comes to: faults become pages, cookies that came up are set."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            if request.method in methods.split(", "):
                answer = await handler(request, receive)
            else:
                answer = frame.fault(request, PageFault("kesalahan.permintaan", "method", 405))
                answer.headers["Allow"] = methods
        except OAuthError as fault:
            # Nothing is known yet about where an answer might go.
            answer = frame.fault(request, PageFault("kesalahan.permintaan", fault.private))
        except Fault as fault:
            log.info("refused", path=scope["path"], reason=fault.private, request_id=scope.get("gerbang.request_id"))
            answer = frame.fault(request, fault)
        frame.keep(request, answer)
        await answer(scope, receive, send)

    return door
