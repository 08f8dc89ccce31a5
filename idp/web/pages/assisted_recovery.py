"""/lupa-kata-sandi/bantuan: for who has lost every way in. A case number, a branch, a wait that can be cancelled, a link."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.base.errors import PageFault
from idp.flows import assisted_recovery, owner, passwords
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form, query
from idp.web.frame import Frame, shown_rules
from idp.web.pages.faults import dead_end

_DEAD = "kesalahan.bantuan"
_ROOT = "/lupa-kata-sandi/bantuan"


def routes(provider: Provider) -> list[BaseRoute]:
    """Asking; cancelling, where the letters to old contacts lead; the new password, where the one to the new address leads."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        return frame.page(request, "bantuan", back=f"{frame.root}/lupa-kata-sandi")

    async def submit(request: Request, form: Form) -> Response:
        outcome = await assisted_recovery.ask(
            provider, frame.visitor(request), form.text("identifier"), form.text("email"), form.text("phone")
        )
        if isinstance(outcome, dict):
            values = form.typed("identifier", "email", "phone")
            back = f"{frame.root}/lupa-kata-sandi"
            return frame.page(request, "bantuan", 400, values=values, errors=outcome, back=back)
        return frame.redirect(f"{_ROOT}/terkirim?kasus={outcome}")

    async def sent(request: Request) -> Response:
        try:
            number, until = assisted_recovery.asked(provider, frame.visitor(request), query(request, "kasus"))
        except PageFault as fault:
            return _dead(frame, request, fault)
        return frame.page(request, "bantuan_terkirim", number=number, until=until)

    async def show_number(request: Request) -> Response:
        return frame.page(request, "bantuan_nomor", back=f"{frame.root}{_ROOT}")

    async def submit_number(request: Request, form: Form) -> Response:
        outcome = await assisted_recovery.send_code(provider, frame.visitor(request), form.text("number"))
        if isinstance(outcome, Message):
            errors, values = {"number": outcome}, form.typed("number")
            return frame.page(request, "bantuan_nomor", 400, back=f"{frame.root}{_ROOT}", values=values, errors=errors)
        return frame.redirect(f"{_ROOT}/kode?kasus={outcome}")

    async def show_code(request: Request) -> Response:
        return _code(frame, request)

    async def submit_code(request: Request, form: Form) -> Response:
        visitor, asked = frame.visitor(request), query(request, "kasus")
        try:
            if "resend" in form:
                number = assisted_recovery.number_of(provider, visitor, asked)
                again = await assisted_recovery.send_code(provider, visitor, number)
                if isinstance(again, Message):
                    return _code(frame, request, {"code": again})
                return frame.redirect(f"{_ROOT}/kode?kasus={again}")
            token = await assisted_recovery.prove(provider, visitor, asked, form.text("code"))
        except PageFault as fault:
            return _dead(frame, request, fault)
        if token is None:
            return _code(frame, request, {"code": Message("lupa_terkirim.salah")})
        return frame.redirect(f"{_ROOT}/baru?token={token}")

    async def show_cancel(request: Request) -> Response:
        return await _cancel(frame, request, query(request, "token"))

    async def submit_cancel(request: Request, form: Form) -> Response:
        try:
            await assisted_recovery.cancel_by_link(provider, frame.visitor(request), form.text("token"))
        except PageFault as fault:
            return _dead(frame, request, fault)
        return frame.redirect(f"{_ROOT}/dibatalkan")

    async def cancelled(request: Request) -> Response:
        return frame.page(request, "bantuan_batal_selesai")

    async def show_new(request: Request) -> Response:
        return await _new_password(frame, request, query(request, "token"))

    async def submit_new(request: Request, form: Form) -> Response:
        token = form.text("token")
        try:
            errors = await assisted_recovery.finish(provider, frame.visitor(request), token, form.text("password"))
        except PageFault as fault:
            return _dead(frame, request, fault)
        if errors:
            return await _new_password(frame, request, token, errors)
        response = frame.redirect("/lupa-kata-sandi/selesai")
        frame.cookies.drop_session(response)
        return response

    return [
        frame.door(_ROOT, show, submit),
        frame.door(f"{_ROOT}/terkirim", sent),
        frame.door(f"{_ROOT}/lanjut", show_number, submit_number),
        frame.door(f"{_ROOT}/kode", show_code, submit_code),
        frame.door(f"{_ROOT}/batal", show_cancel, submit_cancel),
        frame.door(f"{_ROOT}/dibatalkan", cancelled),
        frame.door(f"{_ROOT}/baru", show_new, submit_new),
    ]


def _code(frame: Frame, request: Request, errors: dict[str, Message] | None = None) -> Response:
    try:
        assisted_recovery.number_of(frame.provider, frame.visitor(request), query(request, "kasus"))
    except PageFault as fault:
        return _dead(frame, request, fault)
    back = f"{frame.root}{_ROOT}/lanjut"
    return frame.page(request, "bantuan_kode", 400 if errors else 200, back=back, errors=errors or {})


async def _cancel(frame: Frame, request: Request, token: str) -> Response:
    try:
        case = await assisted_recovery.look(frame.provider, token)
    except PageFault as fault:
        return _dead(frame, request, fault)
    if case.account_id is not None:
        frame.follow(request, await owner.language(frame.provider, case.account_id))
    return frame.page(
        request,
        "bantuan_batal",
        email=contact.masked(case.contact),
        approved_at=case.decided_at,
        until=case.due_at,
        hidden={"token": token},
    )


async def _new_password(
    frame: Frame, request: Request, token: str, errors: dict[str, Message] | None = None
) -> Response:
    try:
        case, person = await assisted_recovery.look_new(frame.provider, frame.visitor(request), token)
    except PageFault as fault:
        return _dead(frame, request, fault)
    frame.follow(request, case.locale)
    return frame.page(
        request,
        "atur_ulang",
        400 if errors else 200,
        identifier=case.contact,
        method="",
        reference="",
        until=None,
        others=(),
        reason=None,
        rules=shown_rules(passwords.rules_for(frame.provider, person), second_factor=False),
        hidden={"token": token},
        errors=errors or {},
    )


def _dead(frame: Frame, request: Request, fault: PageFault) -> Response:
    """A case that cannot go on, with the one step that helps: to ask again."""
    if fault.key != _DEAD:
        raise fault
    return dead_end(frame, request, fault, _ROOT, "pemulihan_cabang.judul")
