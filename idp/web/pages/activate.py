"""/aktivasi: a mailed link is shown by GET and spent by POST; without a link, the code is typed."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.flows import activate, sign_up
from idp.flows.activate import Activated, Link, PhoneProven
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages import pending
from idp.web.pages.waiting import Waiting, still_waiting

# What was just done, in the address that its form leads to: who reloads does it no second time.
_NOTICES = {"terkirim": Message("kirim.terkirim"), "ponsel": Message("aktivasi_kode.ponsel_terbukti")}


def routes(provider: Provider) -> list[BaseRoute]:
    """One address for link and code, and one for the end."""
    frame = Frame(provider)
    return [frame.door("/aktivasi", _show, _submit), frame.door("/aktivasi/selesai", _show_done)]


async def _show(frame: Frame, request: Request) -> Response:
    behind = await still_waiting(frame, request)
    token = query(request, "token")
    if token:
        return _link(frame, request, behind, await activate.look(frame.provider, token), token)
    return await _code(frame, request, behind, notice=_NOTICES.get(query(request, "kabar")))


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind = await still_waiting(frame, request, form)
    if form.text("token"):
        return await _submit_link(frame, request, behind, form)
    return await _submit_code(frame, request, behind, form)


async def _show_done(frame: Frame, request: Request) -> Response:
    behind = await still_waiting(frame, request)
    return frame.page(
        request,
        "aktivasi_selesai",
        next=frame.root + behind.path("/masuk"),
        unproven_phone=query(request, "ponsel") != "terbukti",
        **behind.context,
    )


async def _submit_link(frame: Frame, request: Request, behind: Waiting, form: Form) -> Response:
    provider, visitor, token = frame.provider, frame.visitor(request), form.text("token")
    link = await activate.look(provider, token)
    _speak(frame, request, behind, link)
    if "resend" in form:
        if link.sign_up is None or link.state != activate.EXPIRED:
            return _link(frame, request, behind, link, token)
        said = await sign_up.resend(provider, visitor, link.sign_up.id)
        if pending.sent_anew(said):
            return frame.redirect(behind.path("/aktivasi", token=token, kabar="terkirim"))
        return frame.page(
            request, "aktivasi_habis", 400, hidden={"token": token}, **behind.context, **pending.telling(said)
        )
    here = pending.here(frame, request)
    outcome = await activate.by_link(provider, visitor, token, here, form.text("password"))
    if isinstance(outcome, Message):
        return _link(frame, request, behind, await activate.look(provider, token), token, {"password": outcome})
    if isinstance(outcome, Link):
        return _link(frame, request, behind, outcome, token)
    return await _done(frame, request, behind, outcome)


async def _submit_code(frame: Frame, request: Request, behind: Waiting, form: Form) -> Response:
    provider, visitor, known = frame.provider, frame.visitor(request), pending.here(frame, request)
    identifier, code = form.text("identifier"), form.text("code")
    if known is None and not identifier.strip():
        return await _code(frame, request, behind, errors={"identifier": Message("lupa.kosong")})
    if "resend" in form:
        said = await (
            sign_up.resend(provider, visitor, known) if known else sign_up.resend_to(provider, visitor, identifier)
        )
        if known and pending.sent_anew(said):
            return frame.redirect(behind.path("/aktivasi", kabar="terkirim"))
        return await _code(frame, request, behind, identifier, **pending.telling(said))
    if not code.strip():
        return await _code(frame, request, behind, identifier, errors={"code": Message("otp.kosong")})
    outcome: Activated | PhoneProven | Message | dict[str, Message]
    if known:
        outcome = await activate.by_code(provider, visitor, known, code)
    else:
        outcome = await activate.by_code_of(provider, visitor, identifier, code, form.text("password"))
    if isinstance(outcome, Activated):
        return await _done(frame, request, behind, outcome)
    if isinstance(outcome, PhoneProven):
        if known:
            return frame.redirect(behind.path("/aktivasi", kabar="ponsel"))
        return await _code(frame, request, behind, identifier, notice=_NOTICES["ponsel"])
    errors = {"code": outcome} if isinstance(outcome, Message) else outcome
    return await _code(frame, request, behind, identifier, errors=errors)


async def _code(frame: Frame, request: Request, behind: Waiting, identifier: str = "", **said: Any) -> Response:
    known = pending.here(frame, request)
    before = await sign_up.read(frame.provider, known) if known else None
    return frame.page(
        request,
        "aktivasi_kode",
        400 if "errors" in said else 200,
        ask_identifier=before is None,
        values={"identifier": identifier},
        destination=contact.masked_email(before.applicant.email) if before else "",
        **behind.context,
        **said,
    )


def _speak(frame: Frame, request: Request, behind: Waiting, link: Link) -> None:
    """A link may be opened on another device, which knows nothing of the language that its message is written in."""
    if link.sign_up is not None and behind.interaction is None:
        frame.follow(request, link.sign_up.language)


def _link(
    frame: Frame,
    request: Request,
    behind: Waiting,
    link: Link,
    token: str,
    errors: dict[str, Message] | None = None,
) -> Response:
    """One page for each thing that can be the matter with a link, each with one next step."""
    _speak(frame, request, behind, link)
    if link.state == activate.LIVE and link.sign_up is not None:
        # Whoever owns the address but did not register sees that somebody else did (T36).
        applicant = link.sign_up.applicant
        return frame.page(
            request,
            "aktivasi",
            400 if errors else 200,
            holder=applicant.name,
            phone=contact.masked_phone(applicant.phone),
            identifier=applicant.email,
            ask_password=pending.here(frame, request) != link.sign_up.id,
            errors=errors or {},
            hidden={"token": token},
            **behind.context,
        )
    if link.state == activate.SUPERSEDED:
        notice = _NOTICES.get(query(request, "kabar"))
        return frame.page(request, "aktivasi_lama", sent_at=link.sent_at, notice=notice, **behind.context)
    if link.state == activate.EXPIRED:
        return frame.page(request, "aktivasi_habis", hidden={"token": token}, **behind.context)
    if link.state == activate.USED:
        return frame.page(request, "aktivasi_terpakai", **behind.context)
    return frame.page(request, "aktivasi_tidak_dikenal", 404, **behind.context)


async def _done(frame: Frame, request: Request, behind: Waiting, activated: Activated) -> Response:
    if activated.lanjut:
        behind = await still_waiting(frame, request, kept=activated.lanjut)
    if activated.before:
        response = frame.page(request, "aktivasi_terpakai", **behind.context)
    else:
        phone = {"ponsel": "terbukti"} if activated.phone_proven else {}
        response = frame.redirect(behind.path("/aktivasi/selesai", **phone))
    pending.forget(frame, response)
    return response
