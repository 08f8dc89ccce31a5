"""/masuk/kode: the code of the authenticator app, asked when a service needs more than a password.

Whoever has a passkey is asked for that first, at /masuk/passkey, and may come from there to here.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import interaction as flow
from idp.flows import second_factor
from idp.flows.second_factor import Paused, Proved
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.theme.pages import Method
from idp.web import metrics
from idp.web.frame import Form, Frame, query
from idp.web.pages.waiting import EXCUSE, Waiting, turned_away, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        behind = await waiting(frame, request)
        stands = await second_factor.present(provider, frame.visitor(request))
        if stands is None:
            return turned_away(frame, behind)
        if levels.PASSKEY in stands.enrolled and query(request, "cara") != "totp":
            return frame.redirect(behind.path("/masuk/passkey"))
        if levels.TOTP not in stands.enrolled:
            return frame.redirect(behind.onward())
        return _page(frame, request, behind, stands)

    async def submit(request: Request, form: Form) -> Response:
        behind = await waiting(frame, request, form)
        visitor = frame.visitor(request)
        stands = await second_factor.present(provider, visitor)
        if "cancel" in form and behind.interaction is not None:
            return frame.respond(request, flow.declined(provider, behind.interaction))
        if stands is None:
            return turned_away(frame, behind)
        if form.text("method") == levels.PASSKEY:
            return frame.redirect(behind.path("/masuk/passkey"))
        if levels.TOTP not in stands.enrolled:
            return frame.redirect(behind.onward())
        if not form.text("code").strip():
            return _page(frame, request, behind, stands, {"code": Message("otp.kosong")})
        outcome = await second_factor.prove(provider, visitor, stands, form.text("code"), excuse=EXCUSE in form)
        metrics.SIGN_INS.labels(levels.TOTP, type(outcome).__name__.lower()).inc()
        if isinstance(outcome, Proved):
            response = frame.redirect(behind.onward(levels.TOTP, outcome.handle.id))
            frame.set_session(response, outcome.handle)
            return response
        if isinstance(outcome, Paused):
            wait = {"Retry-After": str(max(1, outcome.until - provider.clock.now()))}
            error = {"code": Message("otp.jeda", jam=outcome.until)}
            return _page(frame, request, behind, stands, error, status=429, headers=wait)
        return _page(frame, request, behind, stands, {"code": Message("otp.salah_totp")})

    return [frame.door("/masuk/kode", show, submit)]


def _page(
    frame: Frame,
    request: Request,
    behind: Waiting,
    stands: Standing,
    errors: dict[str, Message] | None = None,
    *,
    status: int = 400,
    headers: dict[str, str] | None = None,
) -> Response:
    return frame.page(
        request,
        "masuk_kode",
        status if errors else 200,
        headers=headers,
        method="totp",
        destination="",
        others=[Method(levels.PASSKEY)] if levels.PASSKEY in stands.enrolled else (),
        reason=_reason(stands),
        offer_excuse=stands.may_be_excused,
        name=stands.person.name,
        errors=errors or {},
        **behind.context,
    )


def _reason(stands: Standing) -> Message | None:
    """Why it is asked, where it is not the service that asks."""
    return Message("masuk_kode.alasan_selalu") if stands.held and stands.asks_factor else None
