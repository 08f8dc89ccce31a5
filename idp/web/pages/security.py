"""/akun/kata-sandi and /akun/keamanan: how one signs in, and changing it."""

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact, passkey, policy, recovery_codes, totp
from idp.accounts.assisted import Case
from idp.base.errors import PageFault
from idp.base.opaque import Handle
from idp.flows import app_enrolment, passkey_enrolment, passwords, recovery_case, removal, security
from idp.flows.app_enrolment import Enrolment
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Message
from idp.theme.records import PasskeyRow
from idp.web.form import Form, query
from idp.web.frame import Frame, shown_rules
from idp.web.pages.method_names import FACTORS
from idp.web.pages.own_doors import OwnDoors, to_show_first
from idp.web.pages.waiting import Waiting, shown_to, to_confirm

# Said once after a redirect, by name: an address cannot make this page say anything else.
_NOTICES = {
    "sandi": Message("ganti.selesai"),
    "dipasang": Message("keamanan.totp_dipasang"),
    "dihapus": Message("keamanan.totp_dihapus"),
    "selalu": Message("keamanan.selalu_selesai"),
    "tidak_selalu": Message("keamanan.selalu_batal"),
    "passkey_dipasang": Message("keamanan.passkey_dipasang"),
    "passkey_diubah": Message("keamanan.passkey_diubah"),
    "passkey_dihapus": Message("keamanan.passkey_dihapus"),
    "sms": Message("keamanan.sms_dinyalakan"),
    "sms_mati": Message("keamanan.sms_dimatikan"),
    "pemulihan": Message("keamanan.pemulihan_dibuat"),
    "batal": Message("keamanan.hapus_batal"),
    "pemulihan_batal": Message("pemulihan_cabang.kabar_batal"),
}
_CAUTIONS = {"menunggu": Message("keamanan.hapus_menunggu")}
# What can be removed on this page, and the notice when it is gone. A passkey has a page of its own.
_REMOVABLE = {"totp": "dihapus", "sms": "sms_mati"}


def routes(provider: Provider) -> list[BaseRoute]:
    """The password, the list of methods, and the authenticator app."""
    frame = Frame(provider)
    before, change = security.missing_for_password, security.missing_to_change
    return [
        OwnDoors(frame, "sandi").waiting_door("/akun/kata-sandi", _password, _change, to_see=before, to_answer=before),
        OwnDoors(frame, "keamanan").door("/akun/keamanan", _methods, _submit_methods),
        # That a form carries this session's enrolment shows that the sign-in was fresh when the page was opened.
        OwnDoors(frame, "totp").waiting_door("/akun/keamanan/totp", _show_totp, _submit_totp, to_see=change),
    ]


async def _change(frame: Frame, request: Request, stands: Standing, behind: Waiting, form: Form) -> Response:
    errors = await security.change_password(
        frame.provider, frame.visitor(request), stands, form.text("current_password"), form.text("password")
    )
    if errors:
        return await _password(frame, request, stands, behind, errors)
    return frame.redirect(behind.onward() if behind.interaction else "/akun/keamanan?kabar=sandi")


async def _submit_methods(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    provider, visitor = frame.provider, frame.visitor(request)
    if "cancel-recovery" in form:
        await recovery_case.cancel(provider, visitor, stands)
        return frame.redirect("/akun/keamanan?kabar=pemulihan_batal")
    if "keep" in form:
        await removal.call_off(provider, visitor, stands, FACTORS.get(form.text("keep"), ""))
        return frame.redirect("/akun/keamanan?kabar=batal")
    always, removed = form.text("always"), form.text("remove")
    removes = removed in _REMOVABLE and FACTORS[removed] in stands.enrolled
    if not removes and always not in ("on", "off"):
        raise PageFault("kesalahan.permintaan", "nothing to remove, nothing to ask for")
    if (elsewhere := to_show_first(frame, stands, "keamanan")) is not None:
        return elsewhere
    if not removes:
        await security.ask_always(provider, visitor, stands, always=always == "on")
        return frame.redirect(f"/akun/keamanan?kabar={'selalu' if always == 'on' else 'tidak_selalu'}")
    waits = await removal.remove_factor(provider, visitor, stands, FACTORS[removed])
    return frame.redirect(f"/akun/keamanan?kabar={'menunggu' if waits is not None else _REMOVABLE[removed]}")


async def _show_totp(frame: Frame, request: Request, stands: Standing, behind: Waiting) -> Response:
    if levels.TOTP in stands.enrolled:
        return frame.redirect(behind.onward() if behind.interaction else "/akun/keamanan")
    return _totp(frame, request, stands, behind, app_enrolment.begin(frame.provider, stands))


async def _submit_totp(frame: Frame, request: Request, stands: Standing, behind: Waiting, form: Form) -> Response:
    enrolment = app_enrolment.go_on(frame.provider, stands, form.text("pemasangan"))
    if enrolment is None:
        return frame.redirect(to_confirm("totp", ticket=behind.ticket))
    if levels.TOTP in stands.enrolled:
        return frame.redirect(behind.onward() if behind.interaction else "/akun/keamanan")
    if not form.text("code").strip():
        return _totp(frame, request, stands, behind, enrolment, {"code": Message("otp.kosong")})
    handle = await app_enrolment.finish(frame.provider, frame.visitor(request), stands, enrolment, form.text("code"))
    if handle is None:
        return _totp(frame, request, stands, behind, enrolment, {"code": Message("otp.salah_totp")})
    return enrolled(frame, behind, levels.TOTP, handle, "dipasang")


def enrolled(frame: Frame, behind: Waiting, factor: str, handle: Handle, kabar: str) -> Response:
    """After a factor was added: back to the service that waits for it, else to the list of methods."""
    onward = behind.onward(factor, handle.id) if behind.interaction else f"/akun/keamanan?kabar={kabar}"
    response = frame.redirect(onward)
    frame.cookies.set_session(response, handle)
    return response


async def _password(
    frame: Frame, request: Request, stands: Standing, behind: Waiting, errors: dict[str, Message] | None = None
) -> Response:
    held = passwords.rules(frame.provider, officer=stands.officer)
    spent = passwords.due(frame.provider, stands) != policy.OFF
    return frame.page(
        request,
        "akun_kata_sandi",
        400 if errors else 200,
        name=stands.person.name,
        back="" if behind.interaction else f"{frame.root}/akun",
        identifier=stands.person.email or stands.person.phone or "",
        caution=Message("ganti.jatuh_tempo", hari=held.max_age_days) if spent else None,
        rules=shown_rules(held, second_factor=stands.enrolled != {levels.PASSWORD}),
        hidden=shown_to(stands),
        errors=errors or {},
        **behind.context,
    )


def _recovery(case: Case) -> Message:
    key = "pemulihan_cabang.pasti" if case.overridden else "pemulihan_cabang.berjalan"
    return Message(key, email=contact.masked(case.contact), waktu=case.due_at)


async def _methods(frame: Frame, request: Request, stands: Standing) -> Response:
    methods, said = await security.methods(frame.provider, stands), query(request, "kabar")
    case = await recovery_case.under_way(frame.provider, stands)
    return frame.page(
        request,
        "akun_keamanan",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        always=stands.asks_factor if stands.enrolled != {levels.PASSWORD} else None,
        password_since=methods.password_since,
        totp_since=methods.totp.created_at if methods.totp else None,
        totp_used=methods.totp.used_at if methods.totp else None,
        phone=contact.masked(methods.phone or ""),
        sms=methods.sms,
        codes_left=methods.codes_left,
        few=methods.codes_left <= recovery_codes.FEW,
        leaving={name: methods.leaving[factor] for name, factor in FACTORS.items() if factor in methods.leaving},
        recovery=_recovery(case) if case else None,
        recovery_stands=case is not None and case.overridden,
        hidden=shown_to(stands),
        single=len(stands.enrolled - {levels.PASSWORD}) < 2,
        passkeys=[
            PasskeyRow(str(one.id), one.name, one.synced, one.created_at, one.used_at) for one in methods.passkeys
        ],
        signal=passkey_enrolment.signals(frame.provider, stands, methods.passkeys),
        room_for_passkeys=len(methods.passkeys) < passkey.MOST,
        notice=_NOTICES.get(said),
        caution=_CAUTIONS.get(said),
        password_due=passwords.due(frame.provider, stands) != policy.OFF,
    )


def _totp(
    frame: Frame,
    request: Request,
    stands: Standing,
    behind: Waiting,
    enrolment: Enrolment,
    errors: dict[str, Message] | None = None,
) -> Response:
    label = stands.person.email or stands.person.phone or stands.person.name
    address = totp.address(enrolment.secret, frame.provider.theme.brand["name"], label)
    secret = totp.base32(enrolment.secret)
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return frame.page(
        request,
        "akun_totp",
        400 if errors else 200,
        name=stands.person.name,
        back=frame.root + (behind.path("/masuk/cara-kedua") if behind.interaction else "/akun/keamanan"),
        qr=_qr(address),
        secret=grouped,
        otpauth=address,
        hidden={**shown_to(stands), "pemasangan": enrolment.slip},
        errors=errors or {},
        **behind.context,
    )


def _qr(address: str) -> Markup:
    """The address as an inline SVG, which needs no second request and no script."""
    return Markup(segno.make(address, error="m", micro=False).svg_inline(scale=4, border=2))  # noqa: S704  # drawn here
