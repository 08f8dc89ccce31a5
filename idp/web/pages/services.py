"""/akun/layanan: which services know something, what exactly, and cutting them off."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import activity, home
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.frame import Frame
from idp.web.pages.account import deed, service_rows
from idp.web.pages.activity import event_row
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.waiting import shown_to

_CONSENTS = ("consent.given", "consent.refused", "consent.withdrawn")
_HISTORY = 10


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its buttons."""
    own = OwnDoors(Frame(provider), "layanan")
    return [own.door("/akun/layanan", _services, partial(deed, page=_services))]


async def _services(frame: Frame, request: Request, stands: Standing, notice: Message | None = None) -> Response:
    language, here = frame.language(request), frame.visitor(request).network
    used = await home.services(frame.provider, stands)
    told = await activity.read(frame.provider, stands, events=_CONSENTS, limit=_HISTORY)
    return frame.page(
        request,
        "akun_layanan",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        notice=notice,
        hidden=shown_to(stands),
        services=service_rows(frame, used, language),
        history=[event_row(frame, one, language, here) for one in told.happenings],
    )
