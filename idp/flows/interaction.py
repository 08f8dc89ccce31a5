"""The way between an authorization request and the pages that it needs: in by ticket, out by resume or refusal."""

from dataclasses import dataclass
from uuid import UUID

from idp.base.errors import OAuthError
from idp.clients.client import Client
from idp.flows import authorize
from idp.flows.authorization_request import AuthorizationRequest, Response
from idp.flows.authorization_request import refuse as refuse_target
from idp.provider import Provider
from idp.sessions.interaction import Ticket
from idp.sessions.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Interaction:
    """An open ticket and the request inside it."""

    ticket: Ticket
    request: AuthorizationRequest

    @property
    def client(self) -> Client:
        return self.request.client


async def open_interaction(provider: Provider, text: str, visitor: Visitor) -> Interaction:
    """The interaction of a page; PageFault when the ticket is changed, another browser's, or too old."""
    ticket = authorize.open_ticket(provider, text, visitor)
    return Interaction(ticket, await authorize.read_request(provider, ticket))


def resume(
    provider: Provider, interaction: Interaction, done: str | None = None, session_id: UUID | None = None
) -> str:
    """Where the person goes next: back to the authorization endpoint, with what was done marked in the ticket."""
    ticket = interaction.ticket
    if done is not None and session_id is not None:
        ticket = ticket.after(done, session_id)
    return f"{provider.settings.issuer_path}/authorize/lanjut?lanjut={provider.tickets.seal(ticket)}"


def refuse(provider: Provider, interaction: Interaction, fault: OAuthError) -> Response:
    """The answer to the relying party when the person, or a rule, says no."""
    return refuse_target(interaction.request.target, fault, provider.settings.issuer)
