"""/akun/keamanan/ponsel: the number on record is proven by a code, and takes codes from then on."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.flows import phone_codes, security
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.web.frame import Form, Frame
from idp.web.pages.account import signed_in
from idp.web.pages.security import enrolled
from idp.web.pages.waiting import Waiting, answers, shown_to, to_confirm, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The page: send, then prove."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        behind = await waiting(frame, request)
        stands = await signed_in(frame, request)
        refused = _turned_away(frame, behind, stands)
        if refused is not None or stands is None:
            return refused or frame.redirect("/masuk")
        return await _page(frame, request, behind, stands)

    async def submit(request: Request, form: Form) -> Response:
        behind = await waiting(frame, request, form)
        stands = await signed_in(frame, request)
        refused = _turned_away(frame, behind, stands)
        if refused is not None or stands is None:
            return refused or frame.redirect("/masuk")
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


def _turned_away(frame: Frame, behind: Waiting, stands: Standing | None) -> Response | None:
    missing = levels.PASSWORD if stands is None else security.missing_to_change(frame.provider, stands)
    if stands is None or missing is not None:
        return frame.redirect(to_confirm("ponsel", missing, behind.ticket))
    if levels.SMS in stands.enrolled or not stands.person.phone:
        return frame.redirect(behind.onward() if behind.interaction else "/akun/keamanan")
    return None


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
