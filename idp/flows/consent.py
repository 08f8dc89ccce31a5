"""Consent: what a service would learn, shown with its very values, and the answer remembered."""

from dataclasses import dataclass, field
from typing import Any

from idp.clients.client import Client
from idp.flows.interaction import Interaction
from idp.grants import claims as claims_of
from idp.grants import consent
from idp.grants.consent import Consent
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.store.audit import Event

# Not worth a line of their own: each says something about another claim.
_SILENT = frozenset({"email_verified", "phone_number_verified", "updated_at"})
_PLAIN = frozenset({"openid", *claims_of.SCOPE_CLAIMS})


@dataclass(frozen=True)
class Disclosure:
    """What a request would give: claims with their values, scopes that allow more than knowing them, and whose APIs the
    service could call in the person's name (RFC 8707)."""

    claims: dict[str, Any] = field(repr=False)
    abilities: list[str]
    reached: list[Client]


def disclosure(provider: Provider, interaction: Interaction, stands: Standing) -> Disclosure:
    """What this request would tell the service about this person."""
    asked = dict.fromkeys(interaction.request.asked_claims)
    released = claims_of.release(stands.person, interaction.request.scope, asked, provider.sealer)
    told = {name: value for name, value in released.items() if name not in _SILENT}
    abilities = [scope for scope in interaction.request.ordered_scope.split() if scope not in _PLAIN]
    owners = (provider.clients.owner_of(resource) for resource in interaction.request.foreign)
    reached = {owner.client_id: owner for owner in owners if owner is not None}
    return Disclosure(told, abilities, [reached[client_id] for client_id in sorted(reached)])


async def allow(provider: Provider, interaction: Interaction, stands: Standing) -> None:
    """Remember the person's yes for this client and exactly what it asked."""
    now, client_id = provider.clock.now(), interaction.client.client_id
    asked = interaction.request
    given = Consent(asked.scope, asked.asked_claims, now, asked.foreign)
    async with provider.database.transaction() as tx:
        await consent.remember(tx, stands.account_id, client_id, given, now + provider.settings.lifetimes.consent)
        await provider.audit.append(tx, _event("consent.given", interaction, stands))


async def deny(provider: Provider, interaction: Interaction, stands: Standing) -> None:
    """Only the audit trail remembers a no; the service may ask again."""
    await provider.audit.note(provider.database, _event("consent.refused", interaction, stands))


def _event(name: str, interaction: Interaction, stands: Standing) -> Event:
    return Event(
        name,
        actor=str(stands.account_id),
        account_id=stands.account_id,
        client_id=interaction.client.client_id,
        session_id=stands.session.id,
        detail={"scope": sorted(interaction.request.scope), "resources": sorted(interaction.request.foreign)},
    )
