"""/akun/privasi/salinan, /batasi and /hapus: a copy of one's data, freezing it, and deleting the account."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from idp.base.errors import AccessDenied, PageFault
from idp.clients.holds import HOLDS
from idp.flows import erase, export, owner, privacy, security
from idp.flows import interaction as flow
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.theme.records import AffectedRow, CopyRow, HoldRow
from idp.web.form import Form, identified, query
from idp.web.frame import Frame
from idp.web.pages.own_doors import OwnDoors, to_show_first
from idp.web.pages.privacy import HUB, notice_of, service_name
from idp.web.pages.waiting import Waiting, shown_to


def routes(provider: Provider) -> list[BaseRoute]:
    """Three pages, and the way back from a deletion by mail."""
    frame = Frame(provider)
    return [
        # All that we hold of a person in one file: whoever only has the password must not carry it away.
        OwnDoors(frame, "salinan").door(f"{HUB}/salinan", _copies, _copy, to_answer=security.missing_to_change),
        OwnDoors(frame, "batasi").waiting_door(f"{HUB}/batasi", _restriction, _restrict),
        OwnDoors(frame, "hapus").door(f"{HUB}/hapus", _deletion, _delete),
        frame.door(f"{HUB}/hapus/batal", _way_back, _take_way_back),
    ]


async def _copy(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    provider, visitor = frame.provider, frame.visitor(request)
    if "make" in form:
        refused = await export.make(provider, visitor, stands, frame.language(request))
        if refused is not None:
            return await _copies(frame, request, stands, {"": refused})
        return frame.redirect(f"{HUB}/salinan?kabar=disalin")
    archive = await export.fetch(provider, visitor, stands, identified(form.text("download")))
    if archive is None:
        return await _copies(frame, request, stands, {"": Message("salinan.tidak_ada")})
    return StreamingResponse(archive, 200, _attachment("salinan-data.zip"), "application/zip")


async def _copies(
    frame: Frame, request: Request, stands: Standing, errors: dict[str, Message] | None = None
) -> Response:
    language = frame.language(request)
    return frame.page(
        request,
        "akun_salinan",
        400 if errors else 200,
        name=stands.person.name,
        back=f"{frame.root}{HUB}",
        notice=notice_of(request),
        errors=errors or {},
        hidden=shown_to(stands),
        copies=[
            CopyRow(str(row.id), language.moment(row.created_at), language.moment(row.expires_at))
            for row in await export.waiting(frame.provider, stands)
        ],
    )


async def _restriction(frame: Frame, request: Request, stands: Standing, behind: Waiting) -> Response:
    return frame.page(
        request,
        "akun_batasi",
        name=stands.person.name,
        back="" if behind.interaction else f"{frame.root}{HUB}",
        notice=notice_of(request),
        restricted=stands.restricted,
        hidden=shown_to(stands),
        **behind.context,
    )


async def _restrict(frame: Frame, request: Request, stands: Standing, behind: Waiting, form: Form) -> Response:
    """Freezing is easy, and unfreezing takes the strongest factors there are: a thief would rather have it open."""
    provider = frame.provider
    if "cancel" in form and behind.interaction is not None:
        return frame.respond(request, flow.refuse(provider, behind.interaction, AccessDenied("data is restricted")))
    if "restrict" in form:
        await privacy.restrict(provider, frame.visitor(request), stands)
        return frame.redirect(f"{HUB}/batasi?kabar=dibatasi")
    if "lift" in form:
        if (elsewhere := to_show_first(frame, stands, "batasi", behind.ticket)) is not None:
            return elsewhere
        await privacy.lift(provider, frame.visitor(request), stands)
        return frame.redirect(behind.onward() if behind.interaction else f"{HUB}/batasi?kabar=dibuka")
    raise PageFault("kesalahan.permintaan", "a restriction form without a button")


async def _deletion(
    frame: Frame, request: Request, stands: Standing, errors: dict[str, Message] | None = None
) -> Response:
    language = frame.language(request)
    deletion = (await privacy.centre(frame.provider, stands)).deletion
    services = [
        AffectedRow(
            service_name(frame, one.client_id, language),
            tuple(HoldRow(name, HOLDS[name].law, HOLDS[name].years) for name in one.holds),
        )
        for one in await erase.affected(frame.provider, stands)
    ]
    return frame.page(
        request,
        "akun_hapus",
        400 if errors else 200,
        name=stands.person.name,
        back=f"{frame.root}{HUB}",
        notice=notice_of(request),
        errors=errors or {},
        hidden=shown_to(stands),
        runs=language.moment(deletion.runs_at) if deletion is not None and deletion.runs_at else "",
        services=services,
    )


async def _delete(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    provider = frame.provider
    if "cancel" in form:
        await erase.cancel(provider, frame.visitor(request), stands)
        return frame.redirect(f"{HUB}/hapus?kabar=dibatalkan")
    if "delete" not in form:
        raise PageFault("kesalahan.permintaan", "a deletion form without a button")
    if (elsewhere := to_show_first(frame, stands, "hapus")) is not None:
        return elsewhere
    if not form.text("understood"):
        return await _deletion(frame, request, stands, {"understood": Message("hapus.centang")})
    refused = await erase.request(provider, frame.visitor(request), stands)
    if refused is not None:
        return await _deletion(frame, request, stands, {"": refused})
    return frame.redirect(f"{HUB}/hapus?kabar=dijadwalkan")


async def _way_back(frame: Frame, request: Request) -> Response:
    token = query(request, "token")
    pending = await erase.look(frame.provider, token)
    frame.follow(request, await owner.language(frame.provider, pending.request.account_id))
    return frame.page(request, "hapus_batal", holder=pending.name, hidden={"token": token}, done=False)


async def _take_way_back(frame: Frame, request: Request, form: Form) -> Response:
    await erase.cancel_by_link(frame.provider, frame.visitor(request), form.text("token"))
    return frame.page(request, "hapus_batal", holder="", done=True)


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
