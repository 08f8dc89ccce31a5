"""/lupa-kata-sandi: ask, look into the mailbox, choose a new password."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact, links
from idp.flows import passkey, passwords, recover, second_factor
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.theme.records import Method
from idp.web.form import Form, query
from idp.web.frame import Frame, shown_rules
from idp.web.pages.method_names import ASKED, NAME_OF, SENT
from idp.web.pages.waiting import Waiting, still_waiting

# Why one more proof is needed: never by the channel that the reset came through.
_REASONS = {links.BY_EMAIL: "atur_ulang.kode_isi", links.BY_SMS: "atur_ulang.kode_isi_sms"}


def routes(provider: Provider) -> list[BaseRoute]:
    """Four pages in a row; the third is where the mailed link leads."""
    frame = Frame(provider)
    return [
        frame.door("/lupa-kata-sandi", _show, _submit),
        frame.door("/lupa-kata-sandi/terkirim", _show_sent, _submit_code),
        frame.door("/lupa-kata-sandi/baru", _show_new, _submit_new),
        frame.door("/lupa-kata-sandi/selesai", _done),
    ]


async def _show(frame: Frame, request: Request) -> Response:
    behind = await still_waiting(frame, request)
    return frame.page(request, "lupa_kata_sandi", back=frame.root + behind.path("/masuk"), **behind.context)


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind = await still_waiting(frame, request, form)
    outcome = await recover.request(frame.provider, frame.visitor(request), form.text("identifier"))
    if isinstance(outcome, Message):
        field = "identifier" if outcome.key == "lupa.kosong" else ""
        return frame.page(
            request,
            "lupa_kata_sandi",
            400,
            back=frame.root + behind.path("/masuk"),
            values=form.typed("identifier"),
            errors={field: outcome},
            **behind.context,
        )
    return frame.redirect(behind.path("/lupa-kata-sandi/terkirim", permintaan=outcome))


async def _show_sent(frame: Frame, request: Request) -> Response:
    return _sent(frame, request, await still_waiting(frame, request))


async def _submit_code(frame: Frame, request: Request, form: Form) -> Response:
    behind = await still_waiting(frame, request, form)
    provider, visitor, asked = frame.provider, frame.visitor(request), query(request, "permintaan")
    if "resend" in form:
        again = await recover.again(provider, visitor, asked)
        if isinstance(again, Message):
            return _sent(frame, request, behind, errors={"": again})
        return frame.redirect(behind.path("/lupa-kata-sandi/terkirim", permintaan=again))
    if not form.text("code").strip():
        return _sent(frame, request, behind, errors={"code": Message("otp.kosong")})
    token = await recover.prove(provider, visitor, asked, form.text("code"))
    if token is None:
        return _sent(frame, request, behind, errors={"code": Message("lupa_terkirim.salah")})
    return frame.redirect(behind.path("/lupa-kata-sandi/baru", token=token))


def _sent(frame: Frame, request: Request, behind: Waiting, **said: Any) -> Response:
    sms_until, mail_until = recover.until(frame.provider, frame.visitor(request), query(request, "permintaan"))
    return frame.page(
        request,
        "lupa_terkirim",
        400 if "errors" in said else 200,
        sms_until=sms_until,
        mail_until=mail_until,
        stuck=f"{frame.root}/lupa-kata-sandi/bantuan",
        **behind.context,
        **said,
    )


async def _show_new(frame: Frame, request: Request) -> Response:
    behind = await still_waiting(frame, request)
    return await _new_password(frame, request, behind, query(request, "token"))


async def _submit_new(frame: Frame, request: Request, form: Form) -> Response:
    behind = await still_waiting(frame, request, form)
    token, visitor = form.text("token"), frame.visitor(request)
    if "method" in form:
        method = ASKED.get(form.text("method"), "")
        refused = await recover.send_code(frame.provider, visitor, token, method) if method in SENT else None
        return await _new_password(frame, request, behind, token, {"": refused} if refused else {}, method)
    method, shown = ASKED.get(form.text("cara"), ""), form.text("bukti")
    if form.text("passkey"):
        outcome = await recover.show_passkey(frame.provider, visitor, token, form.text("passkey"))
        if isinstance(outcome, Message):
            return await _new_password(frame, request, behind, token, {"": outcome}, method)
        return await _new_password(frame, request, behind, token, {}, method, outcome)
    errors = await recover.set_password(
        frame.provider, visitor, token, form.text("password"), form.text("code"), method, shown
    )
    if errors:
        return await _new_password(frame, request, behind, token, errors, method, shown)
    response = frame.redirect(behind.path("/lupa-kata-sandi/selesai"))
    # Whoever was signed in here is out like everybody else; the cookie is of no use any more.
    frame.cookies.drop_session(response)
    return response


async def _new_password(
    frame: Frame,
    request: Request,
    behind: Waiting,
    token: str,
    errors: dict[str, Message] | None = None,
    chosen: str = "",
    shown: str = "",
) -> Response:
    """The page of the new password; before it, while they are missing, those where a passkey is shown or a code is sent."""
    provider, visitor, status = frame.provider, frame.visitor(request), 400 if errors else 200
    reset = await recover.look(provider, visitor, token)
    if behind.interaction is None:
        frame.follow(request, reset.account.locale)
    proven = recover.passkey_shown(provider, visitor, reset, shown)
    method = chosen if chosen in reset.methods else next(iter(reset.methods), "")
    name = NAME_OF.get(method, "")
    given: dict[str, Any] = {
        "method": "" if proven else name,
        "others": () if proven else [Method(NAME_OF[other]) for other in reset.methods if other != method],
        "hidden": {"token": token, "cara": name, **({"bukti": shown} if proven else {})},
        "stuck": f"{frame.root}/lupa-kata-sandi/bantuan",
        "reason": Message(_REASONS.get(reset.challenge.channel, _REASONS[links.BY_EMAIL])),
        "errors": errors or {},
        **behind.context,
    }
    if method == levels.PASSKEY and not proven:
        given |= {"heading": Message("atur_ulang.judul"), "reason": Message("atur_ulang.passkey")}
        asked = await passkey.reset_options(provider, reset.challenge.id, reset.account.id)
        return frame.page(request, "masuk_passkey", status, passkey_options=asked, offer_excuse=False, **given)
    sent = None
    if method in SENT and not proven:
        sent = await second_factor.sent(provider, reset.challenge.id, method)
        if sent is None:
            to = contact.masked(second_factor.destination_of(reset.account, method) or "")
            return frame.page(
                request, "kirim_kode", status, heading=Message("atur_ulang.judul"), destination=to, **given
            )
    return frame.page(
        request,
        "atur_ulang",
        status,
        identifier=reset.account.email or "",
        rules=shown_rules(passwords.rules_for(provider, reset.account), second_factor=bool(reset.methods)),
        reference=sent.reference if sent else "",
        until=sent.expires_at if sent else None,
        **given,
    )


async def _done(frame: Frame, request: Request) -> Response:
    return frame.page(request, "atur_ulang_selesai", **(await still_waiting(frame, request)).context)
