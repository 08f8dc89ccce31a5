"""Where a way ends: at an address that does not exist (comes last: whatever no other route took), or at a link that is spent."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from idp.base.errors import PageFault
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.frame import Frame

_NOT_FOR_PEOPLE = ("/admin/", "/scim/")


def routes(provider: Provider) -> list[BaseRoute]:
    """One route for every method and address that is left, save those where programs want their own kind of answer."""
    return [_Rest(Frame(provider))]


def dead_end(frame: Frame, request: Request, fault: PageFault, onward: str, label: str) -> Response:
    """A fault after which this way cannot go on, with the one step that helps: where it leads, and the key of its words."""
    return frame.page(
        request,
        "kesalahan",
        fault.status,
        title=Message(f"{fault.key}.judul"),
        text=Message(f"{fault.key}.isi"),
        next=f"{frame.root}{onward}",
        next_label=Message(label),
        reference="",
    )


class _Rest(BaseRoute):
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["path"].startswith(_NOT_FOR_PEOPLE):
            return Match.NONE, {}
        return Match.FULL, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        fault = PageFault("kesalahan.tidak_ada", "no such page", 404)
        answer = dead_end(self._frame, request, fault, "/akun", "akun.judul")
        await self._frame.send(request, answer, send)
