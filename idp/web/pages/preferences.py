"""/akun/bahasa: the language that we write in, and the zone that times are told in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.base.errors import PageFault
from idp.flows import privacy
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.waiting import shown_to

_PAGE = "/akun/bahasa"


def routes(provider: Provider) -> list[BaseRoute]:
    """Two choices and a button."""
    return [OwnDoors(Frame(provider), "bahasa").door(_PAGE, _page, _prefer)]


async def _page(frame: Frame, request: Request, stands: Standing) -> Response:
    return frame.page(
        request,
        "akun_bahasa",
        name=stands.person.name,
        back=f"{frame.root}/akun",
        notice=Message("bahasa.disimpan") if query(request, "kabar") == "disimpan" else None,
        locale=stands.person.locale,
        zone=str(stands.person.further.get("zoneinfo") or "Asia/Jakarta"),
        hidden=shown_to(stands),
    )


async def _prefer(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    locale = form.text("locale")
    if not await privacy.prefer(frame.provider, frame.visitor(request), stands, locale, form.text("zone")):
        raise PageFault("kesalahan.permintaan", "a language or zone that nobody offered")
    # Whoever chose another language wants to read on in it.
    said = f"{_PAGE}?kabar=disimpan"
    return frame.redirect(said if locale == stands.person.locale else f"{said}&bahasa={locale}")
