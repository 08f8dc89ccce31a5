"""/akun/privasi/permintaan and /keberatan: what people ask about their own data, and what became of it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import requests
from idp.base.errors import PageFault
from idp.flows import privacy
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Language, Message
from idp.theme.records import RequestRow
from idp.web.form import Form, identified
from idp.web.frame import Frame
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.privacy import HUB, notice_of
from idp.web.pages.waiting import shown_to

_REQUESTS, _OBJECTION = f"{HUB}/permintaan", f"{HUB}/keberatan"
_CORRECTION = ("name", "birth_day", "birth_month", "birth_year", "reason")


def routes(provider: Provider) -> list[BaseRoute]:
    """The list with the form for a correction, and the form for an objection."""
    own = OwnDoors(Frame(provider), "privasi")
    return [own.door(_REQUESTS, _requests, _submit), own.door(_OBJECTION, _objection, _object)]


async def _submit(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    provider = frame.provider
    if "take_back" in form:
        await privacy.take_back(provider, frame.visitor(request), stands, identified(form.text("take_back")))
        return frame.redirect(f"{_REQUESTS}?kabar=ditarik")
    if "correct" not in form:
        raise PageFault("kesalahan.permintaan", "a request without a button")
    detail, errors = privacy.correction(form.typed(*_CORRECTION), provider.clock.now())
    if errors:
        return await _requests(frame, request, stands, form, errors)
    refused = await privacy.ask(provider, frame.visitor(request), stands, requests.CORRECT, detail)
    if refused is not None:
        return await _requests(frame, request, stands, form, {"": refused})
    return frame.redirect(f"{_REQUESTS}?kabar=diminta")


async def _object(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    words = form.text("objection").strip()
    if not 0 < len(words) <= privacy.MAX_WORDS:
        errors = {"objection": Message("perbaikan.alasan_kosong", n=privacy.MAX_WORDS)}
        return await _objection(frame, request, stands, form, errors)
    asked = {"reason": words}
    refused = await privacy.ask(frame.provider, frame.visitor(request), stands, requests.OBJECT, asked)
    if refused is not None:
        return await _objection(frame, request, stands, form, {"": refused})
    return frame.redirect(f"{_REQUESTS}?kabar=diminta")


async def _requests(
    frame: Frame, request: Request, stands: Standing, form: Form | None = None, errors: dict[str, Message] | None = None
) -> Response:
    centre, language = await privacy.centre(frame.provider, stands), frame.language(request)
    now = frame.provider.clock.now()
    return frame.page(
        request,
        "akun_permintaan",
        400 if errors else 200,
        name=stands.person.name,
        back=f"{frame.root}{HUB}",
        notice=notice_of(request),
        errors=errors or {},
        values=form.typed(*_CORRECTION) if form else {},
        hidden=shown_to(stands),
        requests=[_request(one, language, now) for one in centre.requests],
    )


def _request(one: requests.Request, language: Language, now: int) -> RequestRow:
    waits = one.state == requests.OPEN
    return RequestRow(
        str(one.id),
        one.kind,
        one.state,
        language.moment(one.created_at),
        language.moment(one.runs_at or one.due_at) if waits else "",
        language.moment(one.decided_at) if one.decided_at else "",
        one.ground or "",
        one.outcome,
        overdue=waits and (one.runs_at or one.due_at) < now,
        mine_to_cancel=waits and one.kind in (requests.CORRECT, requests.OBJECT),
    )


async def _objection(
    frame: Frame, request: Request, stands: Standing, form: Form | None = None, errors: dict[str, Message] | None = None
) -> Response:
    return frame.page(
        request,
        "akun_keberatan",
        400 if errors else 200,
        name=stands.person.name,
        back=f"{frame.root}{HUB}",
        errors=errors or {},
        values=form.typed("objection") if form else {},
        hidden=shown_to(stands),
    )
