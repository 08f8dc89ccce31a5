"""/akun/kontak: address and number, changed and brought back; and the newsletter, chosen and left."""

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
from idp.web.frame import Form, Frame, query
from idp.web.pages.account import confirmed, signed_in
from idp.web.pages.waiting import answers, shown_to, to_confirm

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

    async def show(request: Request) -> Response:
        stands = await signed_in(frame, request)
        return await _contacts(frame, request, stands) if stands else frame.redirect(to_confirm("kontak"))

    async def submit(request: Request, form: Form) -> Response:
        stands = await signed_in(frame, request)
        if stands is None or not answers(form, stands):
            return frame.redirect("/akun/kontak")
        await newsletter.choose(provider, frame.visitor(request), stands, wanted="newsletter" in form)
        return frame.redirect("/akun/kontak?kabar=buletin")

    async def submit_code(request: Request, form: Form) -> Response:
        return await _submit_code(frame, request, form)

    async def show_code(request: Request) -> Response:
        stands = await signed_in(frame, request)
        asked = contact.carried(provider, stands, query(request, "ubah")) if stands else None
        if stands is None or asked is None:
            return frame.redirect("/akun/kontak")
        return _code(frame, request, stands, asked)

    async def show_back(request: Request) -> Response:
        token = query(request, "token")
        change = await contact.look(provider, token)
        frame.follow(request, await owner.language(provider, change.account_id))
        return frame.page(
            request,
            "kontak_batalkan",
            kind=change.kind,
            contact=contacts.masked(change.was),
            changed_at=change.changed_at,
            hidden={"token": token},
        )

    async def back(request: Request, form: Form) -> Response:
        change = await contact.revert(provider, frame.visitor(request), form.text("token"))
        response = frame.page(request, "kontak_kembali", kind=change.kind, contact=contacts.masked(change.was))
        frame.drop_session(response)
        return response

    return [
        frame.door("/akun/kontak", show, submit),
        *(_change(frame, kind, path) for kind, path in _PATHS.items()),
        frame.door(_CODE, show_code, submit_code),
        frame.door("/kontak/batalkan", show_back, back),
        *_leaving(frame),
    ]


def _leaving(frame: Frame) -> list[Route]:
    """The newsletter's way out: GET shows and POST does it; mail programs post by themselves, without our form (RFC 8058)."""

    async def show(request: Request) -> Response:
        token = query(request, "token")
        reader = newsletter.whose(frame.provider, token)
        if reader is None:
            raise PageFault("kesalahan.tidak_ada", "newsletter link", 404)
        frame.follow(request, await owner.language(frame.provider, reader))
        return frame.page(request, "buletin_berhenti", done=False, hidden={"token": token})

    async def leave(request: Request, form: Form) -> Response:
        if not await newsletter.leave(frame.provider, frame.visitor(request), form.text("token")):
            raise PageFault("kesalahan.tidak_ada", "newsletter link", 404)
        return frame.page(request, "buletin_berhenti", done=True)

    async def one_click(request: Request) -> Response:
        known = await newsletter.leave(frame.provider, frame.visitor(request), query(request, "token"))
        return Response(b"", 200 if known else 404)

    return [
        frame.door("/buletin/berhenti", show, leave),
        Route("/buletin/satu-klik", one_click, methods=["POST"], include_in_schema=False),
    ]


def _change(frame: Frame, kind: str, path: str) -> Route:
    provider = frame.provider

    def page(request: Request, stands: Standing, typed: str = "", error: Message | None = None) -> Response:
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

    async def show(request: Request) -> Response:
        stands = await confirmed(frame, request, _HOMES[kind])
        return stands if isinstance(stands, Response) else page(request, stands)

    async def submit(request: Request, form: Form) -> Response:
        stands = await confirmed(frame, request, _HOMES[kind])
        if isinstance(stands, Response):
            return stands
        if not answers(form, stands):
            return frame.redirect(to_confirm(_HOMES[kind]))
        asked = await contact.ask(provider, frame.visitor(request), stands, kind, form.text(kind))
        if isinstance(asked, Message):
            return page(request, stands, form.text(kind), asked)
        return frame.redirect(f"{_CODE}?ubah={quote(asked.slip)}")

    return frame.door(path, show, submit)


async def _submit_code(frame: Frame, request: Request, form: Form) -> Response:
    provider = frame.provider
    stands = await signed_in(frame, request)
    asked = contact.carried(provider, stands, form.text("ubah")) if stands else None
    if stands is None or asked is None:
        return frame.redirect("/akun/kontak")
    if "resend" in form:
        missing = security.missing_to_change(provider, stands)
        if missing is not None:
            return frame.redirect(to_confirm(_HOMES[asked.kind], missing))
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
        hidden={"ubah": asked.slip},
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
