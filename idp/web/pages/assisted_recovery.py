"""/lupa-kata-sandi/bantuan: for who has lost every way in. A case number, a branch, a wait that can be cancelled, a link."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.flows import assisted_recovery, owner, passwords, recovery_case
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form, query
from idp.web.frame import Frame, shown_rules

_ROOT = "/lupa-kata-sandi/bantuan"


def routes(provider: Provider) -> list[BaseRoute]:
    """Asking; cancelling, where the letters to old contacts lead; the new password, where the one to the new address leads."""
    frame = Frame(provider)
    return [
        frame.door(_ROOT, _show, _submit),
        frame.door(f"{_ROOT}/terkirim", _sent),
        frame.door(f"{_ROOT}/lanjut", _show_number, _submit_number),
        frame.door(f"{_ROOT}/kode", _show_code, _submit_code),
        frame.door(f"{_ROOT}/batal", _show_cancel, _submit_cancel),
        frame.door(f"{_ROOT}/dibatalkan", _cancelled),
        frame.door(f"{_ROOT}/baru", _show_new, _submit_new),
    ]


async def _show(frame: Frame, request: Request) -> Response:
    return frame.page(request, "bantuan", back=f"{frame.root}/lupa-kata-sandi")


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    outcome = await assisted_recovery.ask(
        frame.provider, frame.visitor(request), form.text("identifier"), form.text("email"), form.text("phone")
    )
    if isinstance(outcome, dict):
        values = form.typed("identifier", "email", "phone")
        back = f"{frame.root}/lupa-kata-sandi"
        return frame.page(request, "bantuan", 400, values=values, errors=outcome, back=back)
    return frame.redirect(f"{_ROOT}/terkirim?kasus={outcome}")


async def _sent(frame: Frame, request: Request) -> Response:
    number, until = assisted_recovery.asked(frame.provider, frame.visitor(request), query(request, "kasus"))
    return frame.page(request, "bantuan_terkirim", number=number, until=until)


async def _show_number(frame: Frame, request: Request) -> Response:
    return frame.page(request, "bantuan_nomor", back=f"{frame.root}{_ROOT}")


async def _submit_number(frame: Frame, request: Request, form: Form) -> Response:
    outcome = await assisted_recovery.send_code(frame.provider, frame.visitor(request), form.text("number"))
    if isinstance(outcome, Message):
        errors, values = {"number": outcome}, form.typed("number")
        return frame.page(request, "bantuan_nomor", 400, back=f"{frame.root}{_ROOT}", values=values, errors=errors)
    return frame.redirect(f"{_ROOT}/kode?kasus={outcome}")


async def _show_code(frame: Frame, request: Request, error: Message | None = None) -> Response:
    assisted_recovery.number_of(frame.provider, frame.visitor(request), query(request, "kasus"))
    back, errors = f"{frame.root}{_ROOT}/lanjut", {"code": error} if error else {}
    return frame.page(request, "bantuan_kode", 400 if errors else 200, back=back, errors=errors)


async def _submit_code(frame: Frame, request: Request, form: Form) -> Response:
    provider, visitor, asked = frame.provider, frame.visitor(request), query(request, "kasus")
    if "resend" in form:
        again = await assisted_recovery.send_code(
            provider, visitor, assisted_recovery.number_of(provider, visitor, asked)
        )
        if isinstance(again, Message):
            return await _show_code(frame, request, again)
        return frame.redirect(f"{_ROOT}/kode?kasus={again}")
    token = await assisted_recovery.prove(provider, visitor, asked, form.text("code"))
    if token is None:
        return await _show_code(frame, request, Message("lupa_terkirim.salah"))
    return frame.redirect(f"{_ROOT}/baru?token={token}")


async def _show_cancel(frame: Frame, request: Request) -> Response:
    token = query(request, "token")
    case = await recovery_case.look(frame.provider, token)
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


async def _submit_cancel(frame: Frame, request: Request, form: Form) -> Response:
    await recovery_case.cancel_by_link(frame.provider, frame.visitor(request), form.text("token"))
    return frame.redirect(f"{_ROOT}/dibatalkan")


async def _cancelled(frame: Frame, request: Request) -> Response:
    return frame.page(request, "bantuan_batal_selesai")


async def _show_new(frame: Frame, request: Request) -> Response:
    return await _new_password(frame, request, query(request, "token"))


async def _submit_new(frame: Frame, request: Request, form: Form) -> Response:
    token = form.text("token")
    errors = await assisted_recovery.finish(frame.provider, frame.visitor(request), token, form.text("password"))
    if errors:
        return await _new_password(frame, request, token, errors)
    response = frame.redirect("/lupa-kata-sandi/selesai")
    frame.cookies.drop_session(response)
    return response


async def _new_password(
    frame: Frame, request: Request, token: str, errors: dict[str, Message] | None = None
) -> Response:
    case, person = await assisted_recovery.look_new(frame.provider, frame.visitor(request), token)
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
