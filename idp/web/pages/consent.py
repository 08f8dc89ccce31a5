"""/izin: what a service wants to know, with the very values; yes or no."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import nik
from idp.base.errors import AccessDenied, PageFault
from idp.flows import consent
from idp.flows import interaction as flow
from idp.flows.interaction import Interaction
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.theme import datum
from idp.theme.language import Language
from idp.theme.records import Claim
from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages.waiting import Waiting, answers, here, shown_to, turned_away, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The page and its answer."""
    frame = Frame(provider)

    async def present(request: Request, behind: Waiting) -> tuple[Interaction, Standing] | None:
        """Who asks, and who is asked; None unless both are there."""
        if behind.interaction is None:
            return None
        stands = await here(frame, request, behind.interaction.client.client_id)
        return None if stands is None or stands.held else (behind.interaction, stands)

    async def show(request: Request) -> Response:
        behind = await waiting(frame, request)
        both = await present(request, behind)
        if both is None:
            return turned_away(frame, behind)
        told = consent.disclosure(provider, *both)
        language = frame.language(request)
        claims = [
            Claim(name, _value(name, value, language), name in told.optional, name not in told.withheld)
            for name, value in told.claims.items()
        ]
        purpose = both[0].client.purpose
        return frame.page(
            request,
            "izin",
            claims=claims,
            abilities=told.abilities,
            reached=[owner.localised_name(behind.language) for owner in told.reached],
            purpose=purpose.get(frame.language(request).code) or next(iter(purpose.values()), ""),
            name=both[1].person.name,
            hidden=shown_to(both[1]),
            **behind.context,
        )

    async def submit(request: Request, form: Form) -> Response:
        behind = await waiting(frame, request, form)
        both = await present(request, behind)
        if both is None:
            return turned_away(frame, behind)
        interaction, stands = both
        if not answers(form, stands):
            return turned_away(frame, behind)
        if form.text("decision") == "allow":
            await consent.allow(provider, frame.visitor(request), interaction, stands, form.all("claim"))
            return frame.redirect(behind.onward("consent", stands.session.id))
        if form.text("decision") == "deny":
            await consent.deny(provider, frame.visitor(request), interaction, stands)
            return frame.respond(request, flow.refuse(provider, interaction, AccessDenied("the person said no")))
        raise PageFault("kesalahan.permintaan", "a consent without a decision")

    return [frame.door("/izin", show, submit, repeated=("claim",))]


def _value(name: str, value: Any, language: Language) -> str:
    """A claim's value as a person reads it. Of the NIK, which its service is told in full, they see enough to know it."""
    return nik.masked(value) if name == "nik" else datum.written(language, name, value)
