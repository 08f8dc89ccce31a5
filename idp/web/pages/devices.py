"""/akun/perangkat: where one is signed in, and which browsers are remembered."""

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
from idp.web.frame import Form, Frame
from idp.web.pages.account import deed, device, session_row, signed_in, where


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its buttons."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        stands = await signed_in(frame, request)
        return await _devices(frame, request, stands) if stands else frame.redirect("/masuk?kembali=perangkat")

    async def submit(request: Request, form: Form) -> Response:
        stands = await signed_in(frame, request)
        if stands is None:
            return frame.redirect("/masuk?kembali=perangkat")
        done = await deed(frame, request, stands, form)
        return done if isinstance(done, Response) else await _devices(frame, request, stands, done)

    return [frame.door("/akun/perangkat", show, submit)]


async def _devices(frame: Frame, request: Request, stands: Standing, notice: Message | None = None) -> Response:
    language, visitor = frame.language(request), frame.visitor(request)
    live, known = await home.devices(frame.provider, stands)
    return frame.page(
        request,
        "akun_perangkat",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        notice=notice,
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
