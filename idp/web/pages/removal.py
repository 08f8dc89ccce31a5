"""/akun/keamanan/batal: the mailed link by which a removal is called off. GET shows, POST does: mail scanners follow links."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.base.errors import PageFault
from idp.flows import owner, removal
from idp.provider import Provider
from idp.sessions import levels
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages.faults import dead_end
from idp.web.pages.second_factor import NAMES

_DEAD = "kesalahan.cara_batal"


def routes(provider: Provider) -> list[BaseRoute]:
    """The question and its answer; nobody has to be signed in, since keeping a factor harms nobody."""
    frame = Frame(provider)
    names = {factor: name for name, factor in NAMES.items()}

    async def show(request: Request) -> Response:
        token = query(request, "token")
        try:
            found = await removal.look(provider, token)
        except PageFault as fault:
            return _dead(frame, request, fault)
        frame.follow(request, await owner.language(provider, found.account_id))
        method = names.get(found.factor, levels.TOTP)
        return frame.page(request, "cara_batal", method=method, due=found.due_at, hidden={"token": token})

    async def submit(request: Request, form: Form) -> Response:
        try:
            await removal.call_off_by_link(provider, frame.visitor(request), form.text("token"))
        except PageFault as fault:
            return _dead(frame, request, fault)
        return frame.page(request, "cara_batal_selesai")

    return [frame.door("/akun/keamanan/batal", show, submit)]


def _dead(frame: Frame, request: Request, fault: PageFault) -> Response:
    """A link that has nothing to call off, with the one step that helps: to look."""
    return dead_end(frame, request, fault, "/akun/keamanan", "keamanan.judul")
