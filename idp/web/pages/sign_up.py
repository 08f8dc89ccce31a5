"""/daftar: where a registration begins, its last look, where to find the message, and another address for it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact, document, nik
from idp.flows import answers as steps
from idp.flows import documents, drafting, sign_up
from idp.flows.sign_up import Corrected, Prove
from idp.provider import Provider
from idp.theme.language import Message
from idp.theme.records import Answer
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages import draft, pending
from idp.web.pages.draft import Tab
from idp.web.pages.waiting import Waiting, still_waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The first page, and the last ones. What is between is `sign_up_steps`."""
    frame = Frame(provider)
    return [
        frame.door("/daftar", _show, _begin),
        frame.door("/daftar/periksa", _look, _submit),
        frame.door("/daftar/terkirim", _show_sent, _resend),
        frame.door("/daftar/perbaiki", _show_mend, _submit_mend),
    ]


async def _show(frame: Frame, request: Request) -> Response:
    behind, tab = await still_waiting(frame, request), await draft.newest(frame, request)
    going_on = tab is not None and not tab.answers.submitted
    resume = frame.root + draft.path(behind, tab.number, steps.missing(tab.answers)) if tab and going_on else ""
    return frame.page(request, "daftar", resume=resume, **behind.context)


async def _begin(frame: Frame, request: Request, form: Form) -> Response:
    behind = await still_waiting(frame, request, form)
    if "discard" in form:
        return await _discard(frame, request, behind)
    made = await drafting.begin(frame.provider, frame.visitor(request))
    if made is None:
        return frame.redirect(behind.path("/daftar/ramai"))
    response = frame.redirect(draft.path(behind, draft.next_number(frame, request), steps.WHO))
    draft.begun(frame, request, response, made)
    return response


async def _discard(frame: Frame, request: Request, behind: Waiting) -> Response:
    tab = await draft.newest(frame, request)
    response = frame.redirect(behind.path("/daftar"))
    if tab is not None:
        await drafting.discard(frame.provider, tab.draft.id)
        draft.forget(frame, request, response, tab.number)
    return response


async def _look(frame: Frame, request: Request) -> Response:
    behind = await still_waiting(frame, request)
    tab = await draft.at(frame, request, behind, steps.CHECK)
    return tab if isinstance(tab, Response) else await _check(frame, request, behind, tab)


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind = await still_waiting(frame, request, form)
    tab = await draft.here(frame, request, form)
    if tab is None:
        return draft.gone(frame, request, behind)
    if "terms" not in form and not tab.answers.submitted:
        return await _check(frame, request, behind, tab, {"terms": Message("setuju")})
    outcome = await sign_up.submit(frame.provider, frame.visitor(request), tab.draft.id, behind.ticket)
    if isinstance(outcome, Prove):
        return frame.redirect(draft.path(behind, tab.number, "ramai", dari=steps.CHECK))
    if isinstance(outcome, Message):
        return await _check(frame, request, behind, tab, {"": outcome}, ticked=True)
    if outcome is None:
        return frame.redirect(draft.path(behind, tab.number, steps.missing(tab.answers)))
    response = frame.redirect(behind.path("/daftar/terkirim"))
    pending.remember(frame, request, response, outcome.id)
    return response


async def _check(
    frame: Frame,
    request: Request,
    behind: Waiting,
    tab: Tab,
    errors: dict[str, Message] | None = None,
    *,
    ticked: bool = False,
) -> Response:
    answers = tab.answers

    def row(name: str, value: str | Message, step: str) -> Answer:
        return Answer(name, value, frame.root + draft.path(behind, tab.number, step))

    uploaded = {one.kind for one in await documents.mine(frame.provider, tab.draft.id)}
    papers: list[Message | str] = [
        Message(f"dokumen.{kind}") for kind in (document.KTP, document.SELFIE) if kind in uploaded
    ]
    rows = [
        row("nama", answers.name, steps.WHO),
        row("paspor", answers.passport, steps.WHO) if answers.passport else row("nik", nik.masked(answers.nik), steps.WHO),
        row("lahir", Message("periksa.tanggal", lahir=answers.birthdate), steps.WHO),
        row("hp", Message("periksa.nomor", hp=answers.phone), steps.CONTACT),
        row("email", answers.email, steps.CONTACT),
        row("kepesertaan", Message(f"kepesertaan.{answers.category}"), steps.MEMBERSHIP),
        *([row("kpj", answers.kpj, steps.MEMBERSHIP)] if answers.kpj else []),
        row("dokumen", Message("dokumen.ada", jenis=tuple(papers)) if papers else Message("dokumen.nanti"), steps.DOCUMENTS),
        row("sandi", Message("daftar.sandi_dibuat"), steps.PASSWORD),
    ]  # fmt: skip
    return frame.page(
        request,
        "daftar_periksa",
        400 if errors else 200,
        rows=rows,
        version=frame.provider.theme.notice_version,
        values={"terms": "1" if ticked else ""},
        errors=errors or {},
        **draft.context(frame, request, behind, tab, steps.CHECK),
    )


async def _show_sent(frame: Frame, request: Request) -> Response:
    notice = Message("kirim.terkirim") if query(request, "kabar") == "terkirim" else None
    return await _sent(frame, request, await still_waiting(frame, request), notice=notice)


async def _resend(frame: Frame, request: Request, form: Form) -> Response:
    behind = await still_waiting(frame, request, form)
    known = pending.here(frame, request)
    if known is None:
        return frame.redirect(behind.path("/aktivasi"))
    said = await sign_up.resend(frame.provider, frame.visitor(request), known)
    if pending.sent_anew(said):
        return frame.redirect(behind.path("/daftar/terkirim", kabar="terkirim"))
    return await _sent(frame, request, behind, **pending.telling(said))


async def _sent(frame: Frame, request: Request, behind: Waiting, **said: Any) -> Response:
    known = pending.here(frame, request)
    before = await sign_up.read(frame.provider, known) if known else None
    if before is None:
        return frame.redirect(behind.path("/daftar"))
    until = await sign_up.valid_until(frame.provider, before)
    return frame.page(
        request,
        "daftar_terkirim",
        400 if "errors" in said else 200,
        until=until,
        email=contact.masked_email(before.applicant.email),
        phone=contact.masked_phone(before.applicant.phone),
        first=before.declared.first,
        **behind.context,
        **said,
    )


async def _show_mend(frame: Frame, request: Request) -> Response:
    return await _mend(frame, request, await still_waiting(frame, request), {})


async def _submit_mend(frame: Frame, request: Request, form: Form) -> Response:
    behind, known = await still_waiting(frame, request, form), pending.here(frame, request)
    if known is None:
        return frame.redirect(behind.path("/aktivasi"))
    typed = form.typed("email", "phone")
    outcome = await sign_up.correct(
        frame.provider, frame.visitor(request), known, **typed, password=form.text("password")
    )
    if isinstance(outcome, Corrected):
        return await _mend(frame, request, behind, typed, outcome)
    response = frame.redirect(behind.path("/daftar/terkirim"))
    pending.remember(frame, request, response, outcome.id)
    return response


async def _mend(
    frame: Frame, request: Request, behind: Waiting, typed: dict[str, str], refused: Corrected | None = None
) -> Response:
    known = pending.here(frame, request)
    before = await sign_up.read(frame.provider, known) if known else None
    if before is None or before.activated_at is not None:
        return frame.redirect(behind.path("/aktivasi"))
    return frame.page(
        request,
        "daftar_perbaiki",
        400 if refused else 200,
        email=contact.masked_email(before.applicant.email),
        phone=contact.masked_phone(before.applicant.phone),
        ask_password=refused is not None and refused.ask_password,
        values=typed,
        errors=refused.errors if refused else {},
        back=frame.root + behind.path("/daftar/terkirim"),
        **behind.context,
    )
