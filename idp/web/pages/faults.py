"""An address that does not exist. Comes last: whatever no other route took."""

from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from idp.base.errors import PageFault
from idp.provider import Provider
from idp.web.frame import Frame

_NOT_FOR_PEOPLE = ("/admin/", "/scim/")


def routes(provider: Provider) -> list[BaseRoute]:
    """One route for every method and address that is left, save those where programs want their own kind of answer."""
    return [_Rest(Frame(provider))]


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
        await self._frame.send(request, self._frame.fault(request, fault), send)
