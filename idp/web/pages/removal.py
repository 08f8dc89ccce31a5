"""/akun/keamanan/batal: the mailed link by which a removal is called off. GET shows, POST does: mail scanners follow links."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.flows import owner, removal
from idp.provider import Provider
from idp.web.form import Form, query
from idp.web.frame import Frame
from idp.web.pages.method_names import NAME_OF


def routes(provider: Provider) -> list[BaseRoute]:
    """The question and its answer; nobody has to be signed in, since keeping a factor harms nobody."""
    frame = Frame(provider)
    return [frame.door("/akun/keamanan/batal", _show, _submit)]


async def _show(frame: Frame, request: Request) -> Response:
    token = query(request, "token")
    found = await removal.look(frame.provider, token)
    frame.follow(request, await owner.language(frame.provider, found.account_id))
    method, hidden = NAME_OF[found.factor], {"token": token}
    return frame.page(request, "cara_batal", method=method, due=found.due_at, hidden=hidden)


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    await removal.call_off_by_link(frame.provider, frame.visitor(request), form.text("token"))
    return frame.page(request, "cara_batal_selesai")
