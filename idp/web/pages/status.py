"""/status: whether everything works. Held for some seconds, so that a crowd that wonders costs nothing."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import status
from idp.flows.status import State
from idp.provider import Provider
from idp.theme.records import Announcement
from idp.web.frame import Frame

HELD = 10
MAX_AGE = 30


def routes(provider: Provider) -> list[BaseRoute]:
    """The page: for everybody the same, so that caches may keep it."""
    return [Frame(provider).door("/status", _Board().show)]


class _Board:
    """What was seen last, and when."""

    def __init__(self) -> None:
        self._seen: tuple[int, State] | None = None

    async def show(self, frame: Frame, request: Request) -> Response:
        checked, state = await self._look(frame.provider)
        code = frame.language(request).code
        return frame.public_page(
            request,
            "status",
            MAX_AGE,
            good=state.good,
            parts=state.parts,
            incidents=[Announcement(one.texts[code], one.kind) for one in state.incidents],
            checked=checked,
        )

    async def _look(self, provider: Provider) -> tuple[int, State]:
        now = provider.clock.now()
        if self._seen is None or not self._seen[0] <= now < self._seen[0] + HELD:
            self._seen = (now, await status.look(provider))
        return self._seen
