"""The doors of a person's own pages: who is here, and whether a form was shown to them, is found out before a page is reached.

    own = OwnDoors(Frame(provider), "privasi")
    own.door("/akun/privasi/izin", show, submit)

`show(frame, request, stands)` and `submit(frame, request, stands, form)` get the person who is signed in. Whoever is not
goes to sign in, and comes back to the home of these pages. A form that was shown to somebody else, who was signed in
before in another tab, does nothing: it leads to the page anew. So every page that has a form carries `shown_to`.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.flows import owner, security
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages.waiting import Waiting, answers, to_confirm, turned_away, waiting

Show = Callable[[Frame, Request, Standing], Awaitable[Response]]
Submit = Callable[[Frame, Request, Standing, Form], Awaitable[Response]]
ShowWaiting = Callable[[Frame, Request, Standing, Waiting], Awaitable[Response]]
SubmitWaiting = Callable[[Frame, Request, Standing, Waiting, Form], Awaitable[Response]]
Missing = Callable[[Provider, Standing], str | None]


def _nothing(provider: Provider, stands: Standing) -> None:
    """Being signed in is enough."""


class OwnDoors:
    """The doors of one journey. `home` is the page that people come back to, a name of `waiting.HOMES`; without it, /akun.

    `to_see` and `to_answer` say which factor is missing before a page is shown, or its form taken: whoever has not shown
    it lately does so first. Where one button of several asks for that, its handler calls `to_show_first`.
    """

    def __init__(self, frame: Frame, home: str = "") -> None:
        self._frame = frame
        self._home = home

    def door(
        self,
        path: str,
        show: Show,
        submit: Submit | None = None,
        *,
        to_see: Missing = _nothing,
        to_answer: Missing = _nothing,
        anew: str = "",
    ) -> Route:
        """A page's route. `anew` is where somebody else's form leads, if the page is none without a query in its address."""
        post = partial(self._post, submit, to_answer, anew or path) if submit is not None else None
        return self._frame.door(path, partial(self._get, show, to_see), post)

    def upload_door(self, path: str, show: Show, submit: Submit, *, anew: str) -> Route:
        """A door whose form holds a file: megabytes are taken from those alone who are signed in. `anew` as of `door`."""
        get, post = partial(self._get, show, _nothing), partial(self._post, submit, _nothing, anew)
        return self._frame.upload_door(path, get, post, self._admit)

    def waiting_door(
        self,
        path: str,
        show: ShowWaiting,
        submit: SubmitWaiting,
        *,
        to_see: Missing = _nothing,
        to_answer: Missing = _nothing,
    ) -> Route:
        """A page behind which a service may wait: `show(frame, request, stands, behind)` and `submit(…, behind, form)`.

        Whoever is not signed in goes back to that request, which asks for what it needs.
        """
        get, post = partial(self._get_waiting, show, to_see), partial(self._post_waiting, submit, to_answer, path)
        return self._frame.door(path, get, post)

    async def _get(self, show: Show, to_see: Missing, frame: Frame, request: Request) -> Response:
        stands = await self._owner(request, to_see)
        return stands if isinstance(stands, Response) else await show(frame, request, stands)

    async def _post(
        self, submit: Submit, to_answer: Missing, anew: str, frame: Frame, request: Request, form: Form
    ) -> Response:
        stands = await self._owner(request, to_answer, None, form, anew)
        return stands if isinstance(stands, Response) else await submit(frame, request, stands, form)

    async def _admit(self, frame: Frame, request: Request) -> Response | None:
        stands = await self._owner(request)
        return stands if isinstance(stands, Response) else None

    async def _get_waiting(self, show: ShowWaiting, to_see: Missing, frame: Frame, request: Request) -> Response:
        behind = await waiting(frame, request)
        stands = await self._owner(request, to_see, behind)
        return stands if isinstance(stands, Response) else await show(frame, request, stands, behind)

    async def _post_waiting(
        self, submit: SubmitWaiting, to_answer: Missing, path: str, frame: Frame, request: Request, form: Form
    ) -> Response:
        behind = await waiting(frame, request, form)
        stands = await self._owner(request, to_answer, behind, form, behind.path(path))
        return stands if isinstance(stands, Response) else await submit(frame, request, stands, behind, form)

    async def _owner(
        self,
        request: Request,
        missing: Missing = _nothing,
        behind: Waiting | None = None,
        form: Form | None = None,
        anew: str = "",
    ) -> Standing | Response:
        """Who is here and may go on; else where they go instead."""
        frame = self._frame
        stands = await signed_in(frame, request)
        if stands is None:
            if behind is not None and behind.interaction is not None:
                return turned_away(frame, behind)
            return frame.redirect(to_confirm(self._home) if self._home else "/masuk")
        if form is not None and not answers(form, stands):
            return frame.redirect(anew)
        first = to_show_first(frame, stands, self._home, behind.ticket if behind is not None else "", missing)
        return stands if first is None else first


async def signed_in(frame: Frame, request: Request) -> Standing | None:
    """Who is signed in at this browser, and has shown all that their sign-in asks."""
    stands = await owner.present(frame.provider, frame.visitor(request))
    if stands is not None:
        frame.receive(request, stands, owner.ends_at(frame.provider, stands))
    return stands


def to_show_first(
    frame: Frame, stands: Standing, home: str, ticket: str = "", missing: Missing = security.missing_to_change
) -> Response | None:
    """The way to show a factor that is missing before a change, and back to `home` as by `to_confirm`; None when none is."""
    factor = missing(frame.provider, stands)
    return None if factor is None else frame.redirect(to_confirm(home, factor, ticket))
