"""/masukan: a word to us, from anybody, with a number to come back to."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import report
from idp.base.errors import PageFault
from idp.flows import report as flow
from idp.provider import Provider
from idp.web.form import Form, query
from idp.web.frame import Frame

_FIELDS = ("category", "text", "contact")


def routes(provider: Provider) -> list[BaseRoute]:
    """The form, and its number."""
    frame = Frame(provider)
    return [frame.door("/masukan", _show, _submit), frame.door("/masukan/terkirim", _sent)]


def _page(frame: Frame, request: Request, status: int = 200, **said: Any) -> Response:
    return frame.page(request, "masukan", status, categories=report.CATEGORIES, **said)


async def _show(frame: Frame, request: Request) -> Response:
    return _page(frame, request)


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    visitor = frame.visitor(request)
    outcome = await flow.feedback(frame.provider, visitor, *(form.text(name) for name in _FIELDS))
    if isinstance(outcome, dict):
        status = 429 if "" in outcome else 400
        return _page(frame, request, status, values=form.typed(*_FIELDS), errors=outcome)
    carried = flow.remember(frame.provider, visitor, outcome)
    return frame.redirect(f"/masukan/terkirim?laporan={quote(carried)}")


async def _sent(frame: Frame, request: Request) -> Response:
    told = flow.recall(frame.provider, frame.visitor(request), query(request, "laporan"))
    if told is None:
        raise PageFault("kesalahan.tidak_ada", "another browser's report", 404)
    return frame.page(request, "masukan_terkirim", reference=told[0])
