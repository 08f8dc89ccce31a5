"""/pilih-akun: going on as the person who is signed in, or as somebody else."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.base.errors import PageFault
from idp.provider import Provider
from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages.waiting import answers, both, shown_to, turned_away, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)
    return [frame.door("/pilih-akun", _show, _submit)]


async def _show(frame: Frame, request: Request) -> Response:
    behind = await waiting(frame, request)
    present = await both(frame, request, behind)
    if present is None:
        return turned_away(frame, behind)
    _, stands = present
    return frame.page(
        request,
        "pilih_akun",
        name=stands.person.name,
        # Enough of a contact to recognise one's own account by, on a screen that others may see.
        identifier=contact.masked(stands.person.email or stands.person.phone or ""),
        hidden=shown_to(stands),
        **behind.context,
    )


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind = await waiting(frame, request, form)
    present = await both(frame, request, behind)
    if present is None or not answers(form, present[1]):
        return turned_away(frame, behind)
    _, stands = present
    if form.text("choice") == "continue":
        return frame.redirect(behind.onward("select", stands.session.id))
    if form.text("choice") == "other":
        # The session that is here stays until somebody else has really signed in.
        return frame.redirect(behind.path("/masuk"))
    raise PageFault("kesalahan.permintaan", "a selection without a choice")
