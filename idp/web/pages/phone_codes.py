"""/akun/keamanan/ponsel: the number on record is proven by a code, and takes codes from then on."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.flows import phone_codes
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.web.frame import Form, Frame
from idp.web.pages.account import confirmed
from idp.web.pages.security import enrolled
from idp.web.pages.waiting import Waiting, answers, shown_to, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The page: send, then prove."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        behind = await waiting(frame, request)
        stands = await _asked(frame, request, behind)
        return stands if isinstance(stands, Response) else await _page(frame, request, behind, stands)

    async def submit(request: Request, form: Form) -> Response:
        behind = await waiting(frame, request, form)
        stands = await _asked(frame, request, behind)
        if isinstance(stands, Response):
            return stands
        if not answers(form, stands):
            return frame.redirect(behind.path("/akun/keamanan/ponsel"))
        visitor = frame.visitor(request)
        if "send" in form:
            too_many = await phone_codes.send(provider, visitor, stands)
            if too_many is not None:
                return await _page(frame, request, behind, stands, {"": too_many})
            return frame.redirect(behind.path("/akun/keamanan/ponsel"))
        if not form.text("code").strip():
            return await _page(frame, request, behind, stands, {"code": Message("otp.kosong")})
        outcome = await phone_codes.turn_on(provider, visitor, stands, form.text("code"))
        if isinstance(outcome, Message):
            fields = {"otp.salah", "otp.salah_ref", "otp.jeda"}
            where = "code" if outcome.key in fields else ""
            return await _page(frame, request, behind, stands, {where: outcome})
        return enrolled(frame, behind, levels.SMS, outcome, "sms")

    return [frame.door("/akun/keamanan/ponsel", show, submit)]


async def _asked(frame: Frame, request: Request, behind: Waiting) -> Standing | Response:
    """Whose number is to be proven; where to go instead, when it is proven, not there, or nobody has shown enough."""
    stands = await confirmed(frame, request, "ponsel", behind.ticket)
    if not isinstance(stands, Response) and (levels.SMS in stands.enrolled or not stands.person.phone):
        return frame.redirect(behind.onward() if behind.interaction else "/akun/keamanan")
    return stands


async def _page(
    frame: Frame, request: Request, behind: Waiting, stands: Standing, errors: dict[str, Message] | None = None
) -> Response:
    sent = await phone_codes.sent(frame.provider, stands)
    return frame.page(
        request,
        "akun_ponsel",
        400 if errors else 200,
        name=stands.person.name,
        back=frame.root + (behind.path("/masuk/cara-kedua") if behind.interaction else "/akun/keamanan"),
        destination=contact.masked(stands.person.phone or ""),
        reference=sent.reference if sent else "",
        until=sent.expires_at if sent else None,
        hidden=shown_to(stands),
        errors=errors or {},
        **behind.context,
    )
