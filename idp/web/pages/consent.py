"""/izin: what a service wants to know, with the very values; yes or no."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import nik
from idp.base.errors import AccessDenied, PageFault
from idp.flows import consent
from idp.flows import interaction as flow
from idp.provider import Provider
from idp.theme import datum
from idp.theme.language import Language
from idp.theme.records import Claim
from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages.waiting import answers, both, shown_to, turned_away, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)
    return [frame.door("/izin", _show, _submit, repeated=("claim",))]


async def _show(frame: Frame, request: Request) -> Response:
    behind = await waiting(frame, request)
    present = await both(frame, request, behind)
    if present is None:
        return turned_away(frame, behind)
    interaction, stands = present
    told = consent.disclosure(frame.provider, interaction, stands)
    language, purpose = frame.language(request), interaction.client.purpose
    claims = [
        Claim(name, _value(name, value, language), name in told.optional, name not in told.withheld)
        for name, value in told.claims.items()
    ]
    return frame.page(
        request,
        "izin",
        claims=claims,
        abilities=told.abilities,
        reached=[one.localised_name(behind.language) for one in told.reached],
        purpose=purpose.get(language.code) or next(iter(purpose.values()), ""),
        name=stands.person.name,
        hidden=shown_to(stands),
        **behind.context,
    )


async def _submit(frame: Frame, request: Request, form: Form) -> Response:
    behind = await waiting(frame, request, form)
    present = await both(frame, request, behind)
    if present is None:
        return turned_away(frame, behind)
    interaction, stands = present
    if not answers(form, stands):
        return turned_away(frame, behind)
    if form.text("decision") == "allow":
        await consent.allow(frame.provider, frame.visitor(request), interaction, stands, form.all("claim"))
        return frame.redirect(behind.onward("consent", stands.session.id))
    if form.text("decision") == "deny":
        await consent.deny(frame.provider, frame.visitor(request), interaction, stands)
        return frame.respond(request, flow.refuse(frame.provider, interaction, AccessDenied("the person said no")))
    raise PageFault("kesalahan.permintaan", "a consent without a decision")


def _value(name: str, value: Any, language: Language) -> str:
    """A claim's value as a person reads it. Of the NIK, which its service is told in full, they see enough to know it."""
    return nik.masked(value) if name == "nik" else datum.written(language, name, value)
