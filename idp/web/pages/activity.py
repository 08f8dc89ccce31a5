"""/akun/aktivitas: what happened in the account, in plain sentences, and the way to say that it was somebody else."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import activity
from idp.flows.activity import Happening
from idp.provider import Provider
from idp.theme.language import Language, Message
from idp.theme.pages import EventRow
from idp.web.frame import Frame, query
from idp.web.pages.account import identified, signed_in


def routes(provider: Provider) -> list[BaseRoute]:
    """The page; older events are further pages of the same address."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        stands = await signed_in(frame, request)
        if stands is None:
            return frame.redirect("/masuk?kembali=aktivitas")
        before = query(request, "sebelum")
        chapter = await activity.read(provider, stands, identified(before) if before else None)
        language = frame.language(request)
        return frame.page(
            request,
            "akun_aktivitas",
            name=stands.person.name,
            back=f"{frame.root}/akun",
            events=[event_row(frame, one, language) for one in chapter.happenings],
            older=f"{frame.root}/akun/aktivitas?sebelum={chapter.following}" if chapter.following else "",
        )

    return [frame.door("/akun/aktivitas", show)]


def event_row(frame: Frame, one: Happening, language: Language) -> EventRow:
    """A happening as the pages tell it."""
    client = frame.provider.clients.known(one.client_id) if one.client_id else None
    seen = Message("akun.perangkat", peramban=one.device[0], sistem=one.device[1]) if one.device else ""
    return EventRow(
        one.event,
        one.at,
        seen,
        language.country(one.country) if one.country else "",
        one.vicinity,
        client.localised_name(language.code) if client is not None else one.client_id or "",
        str(one.detail.get("factor", "")),
        one.risk,
        # What a report did is no cause for another one.
        "" if one.event == "session.disowned" else str(one.id),
    )
