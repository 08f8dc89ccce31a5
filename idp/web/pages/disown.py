"""/bukan-saya: «that was not me», from one's own list of events or from a mail. GET shows, POST acts."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.base.errors import PageFault
from idp.flows import disown, owner, report
from idp.flows.disown import Complaint
from idp.provider import Provider
from idp.web.form import Form, identified, query
from idp.web.frame import Frame
from idp.web.pages.activity import event_row
from idp.web.pages.own_doors import signed_in
from idp.web.pages.waiting import to_confirm


def routes(provider: Provider) -> list[BaseRoute]:
    """The question, and what came of it."""
    frame = Frame(provider)
    return [frame.door("/bukan-saya", _show, _submit), frame.door("/bukan-saya/selesai", _finished)]


async def _show(frame: Frame, request: Request) -> Response:
    token, event_id = query(request, "token"), query(request, "peristiwa")
    complaint = await _complaint(frame, request, token, event_id)
    if complaint is None:
        return frame.redirect(to_confirm("aktivitas"))
    if token:
        frame.follow(request, await owner.language(frame.provider, complaint.account_id))
    if complaint.known is not None:
        return frame.page(request, "bukan_saya_selesai", reference=complaint.known, undone=[], remains=[])
    hidden = {"token": token} if token else {"peristiwa": event_id}
    language, visitor = frame.language(request), frame.visitor(request)
    return frame.page(
        request,
        "bukan_saya",
        back="" if token else f"{frame.root}/akun/aktivitas",
        hidden=hidden,
        event=event_row(frame, complaint.happening, language, visitor.network) if complaint.happening else None,
        undoes=complaint.deeds.told(),
        remains=complaint.deeds.kept(),
        ends_here=visitor.session is not None and visitor.session.id in complaint.sessions,
    )


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    complaint = await _complaint(frame, request, form.text("token"), form.text("peristiwa"))
    if complaint is None:
        return frame.redirect(to_confirm("aktivitas"))
    visitor = frame.visitor(request)
    done = await disown.disown(frame.provider, visitor, complaint)
    say = frame.language(request).say
    undone, left = map(say, done.deeds.told()), map(say, done.deeds.kept())
    carried = report.remember(frame.provider, visitor, done.reference, list(undone), list(left))
    response = frame.redirect(f"/bukan-saya/selesai?laporan={quote(carried)}")
    if done.here:
        frame.cookies.drop_session(response)
    return response


async def _finished(frame: Frame, request: Request) -> Response:
    told = report.recall(frame.provider, frame.visitor(request), query(request, "laporan"))
    if told is None:
        raise PageFault("kesalahan.tidak_ada", "another browser's report", 404)
    reference, undone, left, spoken = told
    frame.prefer(request, spoken)
    return frame.page(request, "bukan_saya_selesai", reference=reference, undone=undone, remains=left)


async def _complaint(frame: Frame, request: Request, token: str, event_id: str) -> Complaint | None:
    """What is to be disowned; None when it is an event and nobody is signed in."""
    if token:
        return await disown.by_link(frame.provider, token)
    stands = await signed_in(frame, request)
    return await disown.by_event(frame.provider, stands, identified(event_id)) if stands is not None else None
