"""Documents: /daftar/dokumen while registering, /akun/dokumen ever after. One file per form; small pictures for their owner alone."""

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import document
from idp.accounts.document import Document
from idp.base.errors import PageFault, Unavailable
from idp.flows import answers as steps
from idp.flows import documents, drafting, proofing, security
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.theme.records import Paper
from idp.web.form import Form, identified, query
from idp.web.frame import Frame
from idp.web.pages import draft
from idp.web.pages.draft import Tab
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.step_doors import StepDoors
from idp.web.pages.waiting import Waiting, shown_to, to_confirm

_HOME = "/akun/dokumen"
UPLOADS = ("/daftar/dokumen/unggah", f"{_HOME}/unggah")
_WHILE_REGISTERING = (document.KTP, document.SELFIE)
_ALL = (*_WHILE_REGISTERING, document.OTHER)
_FILES = ("photo", "gallery")
log = structlog.get_logger("gerbang.web")

_IMAGE = {"Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}


@dataclass(frozen=True)
class _Refused:
    """What is in the way of a picture, and the field that it came from. `fault`: it cannot be kept now, whatever it shows."""

    field: str
    said: Message
    fault: Unavailable | None = None


def routes(provider: Provider) -> list[BaseRoute]:
    """Both lists, both upload forms, and the small pictures."""
    frame = Frame(provider)
    step, own = StepDoors(frame, steps.DOCUMENTS), OwnDoors(frame, "dokumen")
    return [
        step.door("/daftar/dokumen", _show_step, _submit_step),
        step.upload_door("/daftar/dokumen/unggah", _show_step_upload, _step_uploaded),
        frame.door("/daftar/dokumen/gambar", _step_picture),
        own.door(_HOME, _home, _remove),
        own.upload_door(f"{_HOME}/unggah", _show_upload, _uploaded, anew=_HOME),
        own.door(f"{_HOME}/gambar", _own_picture, to_see=security.missing_to_see),
    ]


# While registering


async def _show_step(frame: Frame, request: Request, behind: Waiting, tab: Tab) -> Response:
    found = {one.kind: one for one in await documents.mine(frame.provider, tab.draft.id)}

    papers = [
        Paper(
            kind,
            add=frame.root + draft.path(behind, tab.number, "dokumen/unggah", jenis=kind),
            id=str(one.id) if (one := found.get(kind)) else "",
            picture=frame.root + draft.path(behind, tab.number, "dokumen/gambar", id=str(one.id)) if one else "",
        )
        for kind in _WHILE_REGISTERING
    ]
    context = draft.context(frame, request, behind, tab, steps.DOCUMENTS)
    return frame.page(request, "daftar_dokumen", papers=papers, **context)


async def _submit_step(frame: Frame, request: Request, behind: Waiting, tab: Tab, form: Form) -> Response:
    if "remove" in form:
        await documents.remove(frame.provider, tab.draft.id, identified(form.text("remove")))
        return frame.redirect(draft.path(behind, tab.number, steps.DOCUMENTS))
    return draft.onward(frame, behind, tab, await drafting.answer(frame.provider, tab.draft.id, documents=True))


async def _show_step_upload(
    frame: Frame, request: Request, behind: Waiting, tab: Tab, refused: _Refused | None = None
) -> Response:
    kind, back = _kind(request, _WHILE_REGISTERING), frame.root + draft.path(behind, tab.number, steps.DOCUMENTS)
    hidden = {"formulir": draft.mark(frame, request, tab)}
    return _upload(frame, request, behind, kind, back, hidden, refused)


async def _step_uploaded(frame: Frame, request: Request, behind: Waiting, tab: Tab, form: Form) -> Response:
    kind, (field, content) = _kind(request, _WHILE_REGISTERING), form.file(*_FILES)
    adding = documents.add_to_draft(frame.provider, frame.visitor(request), tab.draft.id, kind, content)
    if refused := await _kept(adding, field):
        return await _show_step_upload(frame, request, behind, tab, refused)
    return frame.redirect(draft.path(behind, tab.number, steps.DOCUMENTS))


async def _step_picture(frame: Frame, request: Request) -> Response:
    tab = await draft.here(frame, request)
    return await _picture(frame, request, tab.draft.id if tab else None)


# Ever after


async def _home(frame: Frame, request: Request, stands: Standing, notice: Message | None = None) -> Response:
    found = await documents.mine(frame.provider, stands.account_id)
    missing = security.missing_to_see(frame.provider, stands)
    identity = await proofing.status(frame.provider, stands)
    add = [Paper(kind, add=f"{frame.root}{_HOME}/unggah?jenis={kind}") for kind in _ALL]
    return frame.page(
        request,
        "akun_dokumen",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        notice=notice,
        papers=[_paper(frame, one, shown=missing is None) for one in found],
        unlock=frame.root + to_confirm("dokumen", missing) if missing is not None and found else "",
        add=add,
        in_review=identity.in_review,
        # Without photos the identity page offers it too, and advises against it: here it is the next step only with all of them.
        may_ask_officer=identity.may_ask_officer and not identity.missing,
        hidden=shown_to(stands),
    )


async def _remove(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    removed = await documents.remove(frame.provider, stands.account_id, identified(form.text("remove")))
    return await _home(frame, request, stands, Message("dokumen.dihapus") if removed else None)


async def _show_upload(frame: Frame, request: Request, stands: Standing, refused: _Refused | None = None) -> Response:
    behind, kind = _nobody(frame, request), _kind(request, _ALL)
    return _upload(frame, request, behind, kind, f"{frame.root}{_HOME}", shown_to(stands), refused)


async def _uploaded(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    kind, (field, content) = _kind(request, _ALL), form.file(*_FILES)
    adding = documents.add_to_account(frame.provider, frame.visitor(request), stands.account_id, kind, content)
    refused = await _kept(adding, field)
    return await _show_upload(frame, request, stands, refused) if refused else frame.redirect(_HOME)


async def _own_picture(frame: Frame, request: Request, stands: Standing) -> Response:
    return await _picture(frame, request, stands.account_id)


def _paper(frame: Frame, one: Document, *, shown: bool) -> Paper:
    return Paper(
        one.kind,
        id=str(one.id) if one.state in document.UNDECIDED else "",
        picture=f"{frame.root}{_HOME}/gambar?id={one.id}" if shown else "",
        state=one.state,
        created=one.created_at,
        goes=(one.delete_after or 0) if one.decided_at else 0,
    )


# Both


async def _kept(adding: Awaitable[Message | None], field: str) -> _Refused | None:
    try:
        said = await adding
    except Unavailable as fault:
        log.warning("unavailable", reason=fault.private)
        return _Refused(field, Message("dokumen.tertunda"), fault)
    return _Refused(field, said) if said else None


def _upload(
    frame: Frame,
    request: Request,
    behind: Waiting,
    kind: str,
    back: str,
    hidden: dict[str, str],
    refused: _Refused | None = None,
) -> Response:
    fault = refused.fault if refused else None
    return frame.page(
        request,
        "unggah",
        503 if fault else 400 if refused else 200,
        headers={"Retry-After": str(fault.retry_after)} if fault else None,
        kind=kind,
        back=back,
        hidden=hidden,
        errors={refused.field: refused.said} if refused else {},
        **behind.context,
    )


async def _picture(frame: Frame, request: Request, subject_id: UUID | None) -> Response:
    small = (
        await documents.thumbnail(frame.provider, subject_id, identified(query(request, "id"))) if subject_id else None
    )
    if small is None:
        raise PageFault("kesalahan.tidak_ada", "no such picture for this person", 404)
    return Response(small, 200, _IMAGE, media_type="image/jpeg")


def _kind(request: Request, allowed: tuple[str, ...]) -> str:
    kind = query(request, "jenis")
    if kind not in allowed:
        raise PageFault("kesalahan.tidak_ada", "no such kind of document", 404)
    return kind


def _nobody(frame: Frame, request: Request) -> Waiting:
    return Waiting(frame.provider, "", None, partial(frame.language, request))
