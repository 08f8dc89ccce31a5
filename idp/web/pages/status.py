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
    frame = Frame(provider)
    last: list[tuple[int, State]] = []

    async def show(request: Request) -> Response:
        now = provider.clock.now()
        if not last or not last[0][0] <= now < last[0][0] + HELD:
            last[:] = [(now, await status.look(provider))]
        checked, state = last[0]
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

    return [frame.door("/status", show)]
