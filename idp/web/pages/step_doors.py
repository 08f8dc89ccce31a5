"""The doors of a registration's steps: which registration it is, and whether it has come that far, is found out before a page
is reached.

    StepDoors(frame, steps.WHO).door("/daftar/data-diri", show, submit)

`show(frame, request, behind, tab)` and `submit(frame, request, behind, tab, form)` get the service that may wait and the draft
of this tab. Whoever has no draft hears so; whoever has not come that far, or is done, goes to where they are.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages import draft
from idp.web.pages.draft import Tab
from idp.web.pages.waiting import Waiting, still_waiting

Show = Callable[[Frame, Request, Waiting, Tab], Awaitable[Response]]
Submit = Callable[[Frame, Request, Waiting, Tab, Form], Awaitable[Response]]


class StepDoors:
    """The doors of one step, a name of `idp.flows.answers`."""

    def __init__(self, frame: Frame, step: str) -> None:
        self._frame = frame
        self._step = step

    def door(self, path: str, show: Show, submit: Submit) -> Route:
        """The step's own page, or another one that belongs to it."""
        return self._frame.door(path, partial(self._get, show), partial(self._post, submit))

    def upload_door(self, path: str, show: Show, submit: Submit) -> Route:
        """A door whose form holds a file: megabytes are taken from those alone who have a draft."""
        return self._frame.upload_door(path, partial(self._get, show), partial(self._post, submit), _admit)

    async def _get(self, show: Show, frame: Frame, request: Request) -> Response:
        behind = await still_waiting(frame, request)
        tab = await draft.at(frame, request, behind, self._step)
        return tab if isinstance(tab, Response) else await show(frame, request, behind, tab)

    async def _post(self, submit: Submit, frame: Frame, request: Request, form: Form) -> Response:
        behind = await still_waiting(frame, request, form)
        tab = await draft.at(frame, request, behind, self._step, form)
        return tab if isinstance(tab, Response) else await submit(frame, request, behind, tab, form)


async def _admit(frame: Frame, request: Request) -> Response | None:
    # Whose draft it is stands in the form; that there is one at all, in the cookie.
    behind = await still_waiting(frame, request)
    return None if await draft.here(frame, request) else draft.gone(frame, request, behind)
