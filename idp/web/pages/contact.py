"""/akun/kontak: address and number, changed and brought back; and the newsletter, chosen and left."""

from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from idp.accounts import contact as contacts
from idp.base.errors import PageFault
from idp.flows import contact, newsletter, owner, security
from idp.flows.contact import EMAIL, PHONE, Asked
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages.own_doors import OwnDoors, to_show_first
from idp.web.pages.waiting import shown_to

_NOTICES = {
    "email": Message("kontak.selesai_email"),
    "phone": Message("kontak.selesai_phone"),
    "buletin": Message("buletin.disimpan"),
}
_PATHS = {EMAIL: "/akun/kontak/email", PHONE: "/akun/kontak/ponsel"}
# What each of them is called in `waiting.HOMES`: who shows a factor first comes back to what they wanted.
_HOMES = {EMAIL: "email", PHONE: "nomor"}
_CODE = "/akun/kontak/kode"


def routes(provider: Provider) -> list[BaseRoute]:
    """What is on record, a page for each that can change, the code, and the two links that mails hold."""
    frame = Frame(provider)
    own = OwnDoors(frame, "kontak")
    return [
        own.door("/akun/kontak", _contacts, _choose),
        *(_change(frame, kind) for kind in _PATHS),
        own.door(_CODE, _show_code, _submit_code, anew="/akun/kontak"),
        frame.door("/kontak/batalkan", _show_back, _back),
        frame.door("/buletin/berhenti", _show_leaving, _leave),
        Route("/buletin/satu-klik", partial(_one_click, frame), methods=["POST"], include_in_schema=False),
    ]


def _change(frame: Frame, kind: str) -> Route:
    missing = security.missing_to_change
    return OwnDoors(frame, _HOMES[kind]).door(
        _PATHS[kind], partial(_new, kind=kind), partial(_ask, kind=kind), to_see=missing, to_answer=missing
    )


async def _contacts(frame: Frame, request: Request, stands: Standing) -> Response:
    person = await contact.present(frame.provider, stands)
    return frame.page(
        request,
        "akun_kontak",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        email=person.email or "",
        phone=frame.language(request).contact(person.phone or ""),
        phone_verified=person.phone_verified,
        newsletter=person.newsletter_since is not None,
        notice=_NOTICES.get(query(request, "kabar")),
        hidden=shown_to(stands),
    )


async def _choose(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    await newsletter.choose(frame.provider, frame.visitor(request), stands, wanted="newsletter" in form)
    return frame.redirect("/akun/kontak?kabar=buletin")


async def _new(
    frame: Frame, request: Request, stands: Standing, typed: str = "", error: Message | None = None, *, kind: str
) -> Response:
    return frame.page(
        request,
        "akun_kontak_ganti",
        400 if error else 200,
        kind=kind,
        first=(stands.person.email if kind == EMAIL else stands.person.phone) is None,
        name=stands.person.name,
        back=f"{frame.root}/akun/kontak",
        values={kind: typed},
        errors={kind: error} if error else {},
        hidden=shown_to(stands),
    )


async def _ask(frame: Frame, request: Request, stands: Standing, form: Form, *, kind: str) -> Response:
    asked = await contact.ask(frame.provider, frame.visitor(request), stands, kind, form.text(kind))
    if isinstance(asked, Message):
        return await _new(frame, request, stands, form.text(kind), asked, kind=kind)
    return frame.redirect(f"{_CODE}?ubah={quote(asked.slip)}")


async def _show_code(frame: Frame, request: Request, stands: Standing) -> Response:
    asked = contact.carried(frame.provider, stands, query(request, "ubah"))
    return _code(frame, request, stands, asked) if asked is not None else frame.redirect("/akun/kontak")


async def _submit_code(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    provider = frame.provider
    asked = contact.carried(provider, stands, form.text("ubah"))
    if asked is None:
        return frame.redirect("/akun/kontak")
    if "resend" in form:
        if (elsewhere := to_show_first(frame, stands, _HOMES[asked.kind])) is not None:
            return elsewhere
        again = await contact.ask(provider, frame.visitor(request), stands, asked.kind, asked.value)
        if isinstance(again, Message):
            return _code(frame, request, stands, asked, again, field="")
        return frame.redirect(f"{_CODE}?ubah={quote(again.slip)}")
    if not form.text("code").strip():
        return _code(frame, request, stands, asked, Message("otp.kosong"))
    refused = await contact.prove(provider, frame.visitor(request), stands, asked, form.text("code"))
    if refused is not None:
        return _code(frame, request, stands, asked, refused)
    return frame.redirect(f"/akun/kontak?kabar={asked.kind}")


def _code(
    frame: Frame, request: Request, stands: Standing, asked: Asked, error: Message | None = None, field: str = "code"
) -> Response:
    return frame.page(
        request,
        "akun_kontak_kode",
        400 if error else 200,
        destination=asked.value,
        name=stands.person.name,
        back=f"{frame.root}{_PATHS[asked.kind]}",
        errors={field: error} if error else {},
        hidden={**shown_to(stands), "ubah": asked.slip},
    )


async def _show_back(frame: Frame, request: Request) -> Response:
    token = query(request, "token")
    change = await contact.look(frame.provider, token)
    frame.follow(request, await owner.language(frame.provider, change.account_id))
    return frame.page(
        request,
        "kontak_batalkan",
        kind=change.kind,
        contact=contacts.masked(change.was),
        changed_at=change.changed_at,
        hidden={"token": token},
    )


async def _back(frame: Frame, request: Request, form: Form) -> Response:
    change = await contact.revert(frame.provider, frame.visitor(request), form.text("token"))
    response = frame.page(request, "kontak_kembali", kind=change.kind, contact=contacts.masked(change.was))
    frame.cookies.drop_session(response)
    return response


async def _show_leaving(frame: Frame, request: Request) -> Response:
    token = query(request, "token")
    reader = newsletter.whose(frame.provider, token)
    if reader is None:
        raise PageFault("kesalahan.tidak_ada", "newsletter link", 404)
    frame.follow(request, await owner.language(frame.provider, reader))
    return frame.page(request, "buletin_berhenti", done=False, hidden={"token": token})


async def _leave(frame: Frame, request: Request, form: Form) -> Response:
    if not await newsletter.leave(frame.provider, frame.visitor(request), form.text("token")):
        raise PageFault("kesalahan.tidak_ada", "newsletter link", 404)
    return frame.page(request, "buletin_berhenti", done=True)


async def _one_click(frame: Frame, request: Request) -> Response:
    """Mail programs post by themselves, without our form (RFC 8058)."""
    known = await newsletter.leave(frame.provider, frame.visitor(request), query(request, "token"))
    return Response(b"", 200 if known else 404)
