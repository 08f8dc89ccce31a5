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
from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.security import enrolled
from idp.web.pages.waiting import Waiting, shown_to

_PATH = "/akun/keamanan/ponsel"


def routes(provider: Provider) -> list[BaseRoute]:
    """The page: send, then prove."""
    own, missing = OwnDoors(Frame(provider), "ponsel"), security.missing_to_change
    return [own.waiting_door(_PATH, _show, _submit, to_see=missing, to_answer=missing)]


async def _show(frame: Frame, request: Request, stands: Standing, behind: Waiting) -> Response:
    return _needless(frame, stands, behind) or await _page(frame, request, stands, behind)


async def _submit(frame: Frame, request: Request, stands: Standing, behind: Waiting, form: Form) -> Response:
    if (elsewhere := _needless(frame, stands, behind)) is not None:
        return elsewhere
    visitor = frame.visitor(request)
    if "send" in form:
        too_many = await phone_codes.send(frame.provider, visitor, stands)
        if too_many is not None:
            return await _page(frame, request, stands, behind, {"": too_many})
        return frame.redirect(behind.path(_PATH))
    if not form.text("code").strip():
        return await _page(frame, request, stands, behind, {"code": Message("otp.kosong")})
    outcome = await phone_codes.turn_on(frame.provider, visitor, stands, form.text("code"))
    if isinstance(outcome, Message):
        fields = {"otp.salah", "otp.salah_ref", "otp.jeda"}
        where = "code" if outcome.key in fields else ""
        return await _page(frame, request, stands, behind, {where: outcome})
    return enrolled(frame, behind, levels.SMS, outcome, "sms")


def _needless(frame: Frame, stands: Standing, behind: Waiting) -> Response | None:
    """Where to go instead when the number is proven, or there is none."""
    if levels.SMS in stands.enrolled or not stands.person.phone:
        return frame.redirect(behind.onward() if behind.interaction else "/akun/keamanan")
    return None


async def _page(
    frame: Frame, request: Request, stands: Standing, behind: Waiting, errors: dict[str, Message] | None = None
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
