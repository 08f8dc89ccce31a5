"""/akun/identitas: who one says one is, what became of it, and what is still missing."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import nik
from idp.base.errors import PageFault
from idp.flows import proofing
from idp.flows.proofing import Status, Typed
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme.language import Message
from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages.own_doors import OwnDoors
from idp.web.pages.waiting import shown_to

_FIELDS = ("nik", "name", "day", "month", "year", "confirmed")


def routes(provider: Provider) -> list[BaseRoute]:
    """The identity page."""
    return [OwnDoors(Frame(provider), "identitas").door("/akun/identitas", _page, _submit)]


async def _submit(frame: Frame, request: Request, stands: Standing, form: Form) -> Response:
    if "now" in form:
        await proofing.ask_now(frame.provider, stands)
        return frame.redirect("/akun/identitas")
    if "officer" in form:
        await proofing.ask_officer(frame.provider, frame.visitor(request), stands)
        return frame.redirect("/akun/identitas")
    if "nik" not in form:
        raise PageFault("kesalahan.permintaan", "an identity form without a button")
    values = {name: form.text(name) for name in _FIELDS}
    typed = Typed(
        values["nik"],
        values["name"],
        values["day"],
        values["month"],
        values["year"],
        confirmed=bool(values["confirmed"]),
    )
    judged = proofing.judge(frame.provider, typed)
    if isinstance(judged, dict):
        return await _page(frame, request, stands, values, judged)
    refused = await proofing.submit(frame.provider, frame.visitor(request), stands, judged)
    if refused is not None:
        return await _page(frame, request, stands, values, {"": refused})
    return frame.redirect("/akun/identitas")


async def _page(
    frame: Frame,
    request: Request,
    stands: Standing,
    values: dict[str, str] | None = None,
    errors: dict[str, Message] | None = None,
) -> Response:
    status = await proofing.status(frame.provider, stands)
    errors = errors or {}
    values = values if values is not None else _known(status)
    return frame.page(
        request,
        "akun_identitas",
        400 if errors else 200,
        name=stands.person.name,
        back=f"{frame.root}/akun",
        hidden=shown_to(stands),
        level=status.level,
        state=status.state,
        reason=(status.proofing.reason if status.proofing else None) or "",
        method=status.method or "",
        verified_at=status.verified_at,
        target=status.target,
        nik=nik.masked(status.nik),
        may_type=status.may_type,
        may_ask_officer=status.may_ask_officer,
        missing=status.missing,
        confirm=errors.get("nik") == Message("nik.dob") or bool(values.get("confirmed")),
        values=values,
        errors=errors,
    )


def _known(status: Status) -> dict[str, str]:
    """What was said before, so that it is not typed twice; the NIK alone is asked again, lest an open browser shows it."""
    year, _, rest = status.birthdate.partition("-")
    month, _, day = rest.partition("-")
    return {"name": status.name, "day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}
