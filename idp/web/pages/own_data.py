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
from idp.web.form import identified
from idp.web.frame import Form, Frame, query
from idp.web.pages.account import confirmed, signed_in
from idp.web.pages.privacy import HUB, notice_of, service_name, spoken
from idp.web.pages.waiting import Waiting, answers, shown_to, to_confirm, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """Three pages, and the way back from a deletion by mail."""
    frame = Frame(provider)

    async def show_copies(request: Request) -> Response:
        stands = await signed_in(frame, request)
        return await _copies(frame, request, stands) if stands else frame.redirect(to_confirm("salinan"))

    async def submit_copies(request: Request, form: Form) -> Response:
        # All that we hold of a person in one file: whoever only has the password must not carry it away.
        stands = await confirmed(frame, request, "salinan")
        if isinstance(stands, Response):
            return stands
        if not answers(form, stands):
            return frame.redirect(f"{HUB}/salinan")
        if "make" in form:
            refused = await export.make(provider, frame.visitor(request), stands, spoken(frame, request, stands))
            if refused is not None:
                return await _copies(frame, request, stands, {"": refused})
            return frame.redirect(f"{HUB}/salinan?kabar=disalin")
        archive = await export.fetch(provider, frame.visitor(request), stands, identified(form.text("download")))
        if archive is None:
            return await _copies(frame, request, stands, {"": Message("salinan.tidak_ada")})
        return StreamingResponse(archive, 200, _attachment("salinan-data.zip"), "application/zip")

    async def show_restriction(request: Request) -> Response:
        behind = await waiting(frame, request)
        stands = await signed_in(frame, request)
        return _restriction(frame, request, behind, stands) if stands else frame.redirect(to_confirm("batasi"))

    async def submit_restriction(request: Request, form: Form) -> Response:
        return await _restrict(frame, request, form)

    async def show_deletion(request: Request) -> Response:
        stands = await signed_in(frame, request)
        return await _deletion(frame, request, stands) if stands else frame.redirect(to_confirm("hapus"))

    async def submit_deletion(request: Request, form: Form) -> Response:
        return await _delete(frame, request, form)

    async def show_way_back(request: Request) -> Response:
        token = query(request, "token")
        pending = await erase.look(provider, token)
        frame.follow(request, await owner.language(provider, pending.request.account_id))
        return frame.page(request, "hapus_batal", holder=pending.name, hidden={"token": token}, done=False)

    async def take_way_back(request: Request, form: Form) -> Response:
        await erase.cancel_by_link(provider, frame.visitor(request), form.text("token"))
        return frame.page(request, "hapus_batal", holder="", done=True)

    return [
        frame.door(f"{HUB}/salinan", show_copies, submit_copies),
        frame.door(f"{HUB}/batasi", show_restriction, submit_restriction),
        frame.door(f"{HUB}/hapus", show_deletion, submit_deletion),
        frame.door(f"{HUB}/hapus/batal", show_way_back, take_way_back),
    ]


async def _copies(
    frame: Frame, request: Request, stands: Standing, errors: dict[str, Message] | None = None
) -> Response:
    language = spoken(frame, request, stands)
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


def _restriction(frame: Frame, request: Request, behind: Waiting, stands: Standing) -> Response:
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


async def _restrict(frame: Frame, request: Request, form: Form) -> Response:
    """Freezing is easy, and unfreezing takes the strongest factors there are: a thief would rather have it open."""
    provider, behind = frame.provider, await waiting(frame, request, form)
    stands = await signed_in(frame, request)
    if "cancel" in form and behind.interaction is not None:
        return frame.respond(request, flow.refuse(provider, behind.interaction, AccessDenied("data is restricted")))
    if stands is None:
        return frame.redirect(to_confirm("batasi"))
    if not answers(form, stands):
        return frame.redirect(behind.path(f"{HUB}/batasi"))
    if "restrict" in form:
        await privacy.restrict(provider, frame.visitor(request), stands)
        return frame.redirect(f"{HUB}/batasi?kabar=dibatasi")
    if "lift" in form:
        missing = security.missing_to_change(provider, stands)
        if missing is not None:
            return frame.redirect(to_confirm("batasi", missing))
        await privacy.lift(provider, frame.visitor(request), stands)
        return frame.redirect(behind.onward() if behind.interaction else f"{HUB}/batasi?kabar=dibuka")
    raise PageFault("kesalahan.permintaan", "a restriction form without a button")


async def _deletion(
    frame: Frame, request: Request, stands: Standing, errors: dict[str, Message] | None = None
) -> Response:
    language = spoken(frame, request, stands)
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


async def _delete(frame: Frame, request: Request, form: Form) -> Response:
    provider, stands = frame.provider, await signed_in(frame, request)
    if stands is None:
        return frame.redirect(to_confirm("hapus"))
    if not answers(form, stands):
        return frame.redirect(f"{HUB}/hapus")
    if "cancel" in form:
        await erase.cancel(provider, frame.visitor(request), stands)
        return frame.redirect(f"{HUB}/hapus?kabar=dibatalkan")
    if "delete" not in form:
        raise PageFault("kesalahan.permintaan", "a deletion form without a button")
    missing = security.missing_to_change(provider, stands)
    if missing is not None:
        return frame.redirect(to_confirm("hapus", missing))
    if not form.text("understood"):
        return await _deletion(frame, request, stands, {"understood": Message("hapus.centang")})
    refused = await erase.request(provider, frame.visitor(request), stands)
    if refused is not None:
        return await _deletion(frame, request, stands, {"": refused})
    return frame.redirect(f"{HUB}/hapus?kabar=dijadwalkan")


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
