"""The way between an authorization request and the pages that it needs: in by ticket, out by resume or refusal."""

from dataclasses import dataclass
from uuid import UUID

from idp.base.errors import AccessDenied, OAuthError, PageFault
from idp.clients.client import Client
from idp.flows.authorization_request import AuthorizationRequest, AuthorizationResponse, find_target, judge
from idp.flows.authorization_request import refuse as refuse_target
from idp.provider import Provider
from idp.sessions.ticket import Ticket
from idp.sessions.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Interaction:
    """An open ticket, the request inside it, and the browser that it is bound to."""

    ticket: Ticket
    request: AuthorizationRequest
    visitor: Visitor

    @property
    def client(self) -> Client:
        return self.request.client


async def open_interaction(provider: Provider, text: str, visitor: Visitor) -> Interaction:
    """The interaction of a page; PageFault when the ticket is changed, another browser's, or too old."""
    ticket = await open_ticket(provider, text, visitor)
    # Judged again: a client may have changed since.
    target = await find_target(provider, ticket.parameters, {})
    try:
        request = judge(provider, target, ticket.parameters, ticket.resources, {})
    except OAuthError as fault:
        raise PageFault("kesalahan.permintaan", f"request no longer sound: {fault.code}") from None
    return Interaction(ticket, request, visitor)


async def open_ticket(provider: Provider, text: str, visitor: Visitor) -> Ticket:
    """The ticket of this browser, or a PageFault with the way out."""
    ticket = provider.tickets.open(text, visitor.device, provider.clock.now())
    if ticket is None:
        raise await _over(provider, text, visitor)
    return ticket


async def _over(provider: Provider, text: str, visitor: Visitor) -> PageFault:
    """What to say about a ticket that does not open. One that is merely too old still tells which service began it, and
    there a fresh request can begin."""
    late = provider.tickets.open(text, visitor.device, 0)
    client = await provider.client(late.parameters.get("client_id", "")) if late is not None else None
    if client is None:
        return PageFault("kesalahan.kedaluwarsa", "ticket changed, expired, or another browser's")
    told, start = {"layanan": client.localised_name(visitor.language)}, client.begins_at(provider.settings.issuer)
    return PageFault(
        "kesalahan.terlalu_lama" if start else "kesalahan.terlalu_lama_buka", "ticket expired", told=told, onward=start
    )


def resume(
    provider: Provider, interaction: Interaction, done: str | None = None, session_id: UUID | None = None
) -> str:
    """Where the person goes next: back to the authorization endpoint, with what was done marked in the ticket."""
    ticket = interaction.ticket
    if done is not None and session_id is not None:
        ticket = ticket.after(done, session_id, provider.clock.now())
    text = provider.tickets.seal(ticket, interaction.visitor.device)
    return f"{provider.settings.issuer_path}/authorize/lanjut?lanjut={text}"


def refuse(provider: Provider, interaction: Interaction, fault: OAuthError) -> AuthorizationResponse:
    """The answer to the relying party when the person, or a rule, says no."""
    return refuse_target(interaction.request.target, fault, provider.settings.issuer)


def declined(provider: Provider, interaction: Interaction) -> AuthorizationResponse:
    """The answer when the person would rather not sign in (RFC 6749 section 4.1.2.1)."""
    return refuse(provider, interaction, AccessDenied("the person did not want to continue"))
