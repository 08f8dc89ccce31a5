"""/akun/aktivitas: what happened in the account, in plain sentences, and the way to say that it was somebody else."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import activity
from idp.flows.activity import Happening
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions import levels
from idp.theme.language import Language, Message
from idp.theme.records import EventRow
from idp.web.form import identified, query
from idp.web.frame import Frame
from idp.web.pages.account import where
from idp.web.pages.own_doors import OwnDoors


def routes(provider: Provider) -> list[BaseRoute]:
    """The page; older events are further pages of the same address."""
    return [OwnDoors(Frame(provider), "aktivitas").door("/akun/aktivitas", _activity)]


async def _activity(frame: Frame, request: Request, stands: Standing) -> Response:
    before, language, here = query(request, "sebelum"), frame.language(request), frame.visitor(request).network
    chapter = await activity.read(frame.provider, stands, identified(before) if before else None)
    return frame.page(
        request,
        "akun_aktivitas",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        events=[event_row(frame, one, language, here) for one in chapter.happenings],
        older=f"{frame.root}/akun/aktivitas?sebelum={chapter.following}" if chapter.following else "",
    )


# What reads differently when it was done with a passkey.
_WITH_PASSKEY = {"session.started": "session.started_passkey", "session.refused": "session.refused_passkey"}
# What a report did is no cause for another one.
_SETTLED = activity.BY_OTHERS | {"session.disowned"}


def event_row(frame: Frame, one: Happening, language: Language, here: str) -> EventRow:
    """A happening as the pages tell it; `here` is the network that the page is read from."""
    client = frame.provider.clients.known(one.client_id) if one.client_id else None
    # Codes of the app are refused without a word of what they were meant to be.
    factor = str(one.detail.get("factor", levels.TOTP if one.event == "factor.refused" else ""))
    seen = Message("akun.perangkat", peramban=one.device[0], sistem=one.device[1]) if one.device else ""
    return EventRow(
        _WITH_PASSKEY.get(one.event, one.event) if factor == levels.PASSKEY else one.event,
        one.at,
        seen,
        where(one.vicinity, language, here) if one.vicinity else "",
        one.vicinity,
        client.localised_name(language.code) if client is not None else one.client_id or "",
        factor,
        one.risk,
        "" if one.event in _SETTLED else str(one.id),
    )
