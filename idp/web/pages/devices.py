"""/akun/perangkat: where one is signed in, and which browsers are remembered."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.base.opaque import b64encode
from idp.flows import home
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.device import Device
from idp.sessions.visitor import Visitor
from idp.theme.language import Language, Message
from idp.theme.records import DeviceRow
from idp.web.frame import Frame
from idp.web.pages.account import deed, device, session_row, where
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.waiting import shown_to


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its buttons."""
    own = OwnDoors(Frame(provider), "perangkat")
    return [own.door("/akun/perangkat", _devices, partial(deed, page=_devices))]


async def _devices(frame: Frame, request: Request, stands: Standing, notice: Message | None = None) -> Response:
    language, visitor = frame.language(request), frame.visitor(request)
    live, known = await home.devices(frame.provider, stands)
    return frame.page(
        request,
        "akun_perangkat",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        notice=notice,
        hidden=shown_to(stands),
        sessions=[session_row(one, stands, language, visitor.network) for one in live],
        devices=[_row(one, visitor, language) for one in known],
    )


def _row(one: Device, visitor: Visitor, language: Language) -> DeviceRow:
    return DeviceRow(
        b64encode(one.digest),
        device(one.user_agent or ""),
        where(one.network, language, visitor.network),
        one.created_at,
        one.used_at,
        current=one.digest == visitor.device,
    )
