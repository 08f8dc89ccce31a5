"""/akun/layanan: which services know something, what exactly, and cutting them off."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import activity, home
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.frame import Form, Frame
from idp.web.pages.account import deed, service_rows, signed_in
from idp.web.pages.activity import event_row

_CONSENTS = ("consent.given", "consent.refused", "consent.withdrawn")
_HISTORY = 10


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its buttons."""
    frame = Frame(provider)

    async def show(request: Request) -> Response:
        stands = await signed_in(frame, request)
        return await _services(frame, request, stands) if stands else frame.redirect("/masuk?kembali=layanan")

    async def submit(request: Request, form: Form) -> Response:
        stands = await signed_in(frame, request)
        if stands is None:
            return frame.redirect("/masuk?kembali=layanan")
        done = await deed(frame, request, stands, form)
        return done if isinstance(done, Response) else await _services(frame, request, stands, done)

    return [frame.door("/akun/layanan", show, submit)]


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
        services=service_rows(frame, used, language),
        history=[event_row(frame, one, language, here) for one in told.happenings],
    )
