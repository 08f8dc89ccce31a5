"""/masuk/cara-kedua and /masuk/identitas: what an account would need for the level that a service asks, and the way to it.

Nobody is left at a dead end: a second factor is added here and the request goes on; an identity is verified in the
account. Whoever does neither goes back to the service, which hears that its level is out of reach.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from idp.accounts import contact
from idp.base.errors import AccessDenied, OAuthError, UnmetAuthenticationRequirements
from idp.flows import interaction as flow
from idp.flows import prompts
from idp.provider import Provider
from idp.sessions import levels
from idp.web.form import Form
from idp.web.frame import Frame
from idp.web.pages.waiting import here, turned_away, waiting


def routes(provider: Provider) -> list[BaseRoute]:
    """The two pages."""
    frame = Frame(provider)
    return [
        frame.door("/masuk/cara-kedua", _show_second, _submit_second),
        frame.door("/masuk/identitas", _show_identity, _submit_identity),
    ]


async def _show_second(frame: Frame, request: Request) -> Response:
    behind = await waiting(frame, request)
    stands = await here(frame, request)
    if stands is None or stands.held or behind.interaction is None:
        return turned_away(frame, behind) if behind.interaction else frame.redirect("/akun/keamanan")
    excluded = behind.interaction.client.excluded_factors
    if not prompts.enrolling_helps(behind.interaction.request, stands.without(excluded)):
        return frame.redirect(behind.onward())
    helps = prompts.addable(behind.interaction.request, stands.without(excluded))
    return frame.page(
        request,
        "cara_kedua",
        name=stands.person.name,
        phone=contact.masked(stands.person.phone or "") if levels.SMS in helps else "",
        passkeys=levels.PASSKEY in helps,
        app=levels.TOTP in helps,
        essential=behind.interaction.request.acr_essential,
        **behind.context,
    )


async def _submit_second(frame: Frame, request: Request, form: Form) -> Response:
    behind = await waiting(frame, request, form)
    stands = await here(frame, request)
    if stands is None or stands.held or behind.interaction is None:
        return turned_away(frame, behind)
    if "alone" in form and not behind.interaction.request.acr_essential:
        return frame.redirect(behind.onward(prompts.ALONE, stands.session.id))
    fault: OAuthError = AccessDenied("the person did not want to continue")
    if behind.interaction.request.acr_essential:
        fault = UnmetAuthenticationRequirements("the account has no factor that would do")
    return frame.respond(request, flow.refuse(frame.provider, behind.interaction, fault))


async def _show_identity(frame: Frame, request: Request) -> Response:
    behind = await waiting(frame, request)
    stands = await here(frame, request)
    if stands is None or stands.held or behind.interaction is None:
        return turned_away(frame, behind) if behind.interaction else frame.redirect("/akun")
    if not prompts.unmet(behind.interaction.request, stands.without(behind.interaction.client.excluded_factors)):
        return frame.redirect(behind.onward())
    return frame.page(request, "identitas_perlu", name=stands.person.name, **behind.context)


async def _submit_identity(frame: Frame, request: Request, form: Form) -> Response:
    behind = await waiting(frame, request, form)
    if behind.interaction is None:
        return turned_away(frame, behind)
    fault = UnmetAuthenticationRequirements("the identity of this account is not verified")
    return frame.respond(request, flow.refuse(frame.provider, behind.interaction, fault))
