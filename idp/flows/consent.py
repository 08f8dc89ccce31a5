"""Consent: what a service would learn, shown with its very values, and the answer remembered; and taken back."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from idp.accounts import account, requests
from idp.clients.client import Client
from idp.flows import logout, owner, privacy
from idp.flows.interaction import Interaction
from idp.grants import claims as claims_of
from idp.grants import consent, grant
from idp.grants.consent import Consent
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store.audit import Event

# Not worth a line of their own: each says something about another claim.
_SILENT = frozenset({"email_verified", "phone_number_verified", "updated_at", "identitas_diverifikasi_pada", "metode"})
# Scopes that allow nothing but knowing the claims that stand beside them. What a registry tells may be empty today.
_PLAIN = frozenset({"openid", "profile", "email", "phone", "address"})


@dataclass(frozen=True)
class Disclosure:
    """What a request would give: claims with their values, scopes that allow more than knowing them, and whose APIs the
    service could call in the person's name (RFC 8707).

    `optional` names the claims that the person may keep back, `withheld` those of them that they kept back last time.
    """

    claims: dict[str, Any] = field(repr=False)
    abilities: list[str]
    reached: list[Client]
    optional: frozenset[str]
    withheld: frozenset[str]


def disclosure(provider: Provider, interaction: Interaction, stands: Standing) -> Disclosure:
    """What this request would tell the service about this person."""
    request = interaction.request
    barred = claims_of.barred(interaction.client)
    asked = dict.fromkeys(request.asked_claims)
    released = claims_of.release(stands.person, request.scope, asked, provider.sealer, barred)
    told = {name: value for name, value in released.items() if name not in _SILENT}
    abilities = [scope for scope in request.ordered_scope.split() if scope not in _PLAIN]
    owners = (provider.clients.owner_of(resource) for resource in request.foreign)
    reached = {owner.client_id: owner for owner in owners if owner is not None}
    optional = frozenset(told) - claims_of.essential(request.scope, request.claims)
    before = stands.consent.withheld if stands.consent is not None else frozenset()
    return Disclosure(
        told, abilities, [reached[client_id] for client_id in sorted(reached)], optional, optional & before
    )


async def allow(
    provider: Provider, visitor: Visitor, interaction: Interaction, stands: Standing, ticked: Collection[str]
) -> None:
    """Remember the person's yes for this client and exactly what it asked, without the optional claims that are not `ticked`.

    PageFault as `owner.hold`.
    """
    now, request = provider.clock.now(), interaction.request
    client = interaction.client
    offered = disclosure(provider, interaction, stands).optional
    given = Consent(
        scope=request.scope,
        claims=request.asked_claims,
        granted_at=now,
        resources=request.foreign,
        withheld=offered - frozenset(ticked),
        purpose_version=client.purpose_version,
        notice_version=provider.theme.notice_version,
        purpose=client.purpose,
    )
    until = now + provider.settings.lifetimes.consent
    # What was kept back before and is essential now has just been shown, and allowed.
    answered = offered | claims_of.essential(request.scope, request.claims)
    async with provider.database.transaction() as tx:
        await owner.hold(provider, tx, stands)
        kept = await consent.remember(
            tx, provider.new_id(), stands.account_id, client.client_id, given, answered, until
        )
        await grant.withhold(tx, stands.account_id, client.client_id, kept.withheld)
        await provider.audit.append(tx, _event("consent.given", visitor, interaction, stands, kept.withheld))


async def deny(provider: Provider, visitor: Visitor, interaction: Interaction, stands: Standing) -> None:
    """Only the audit trail remembers a no; the service may ask again."""
    await provider.audit.note(provider.database, _event("consent.refused", visitor, interaction, stands))


async def withdraw(provider: Provider, visitor: Visitor, stands: Standing, client_id: str) -> None:
    """Take back what was allowed to a service and everything that it holds, effective at commit, and tell it (UU PDP art. 40)."""
    now, account_id = provider.clock.now(), stands.account_id
    async with provider.database.transaction() as tx:
        await account.lock(tx, account_id)
        withdrawn = await consent.withdraw(tx, provider.new_id(), account_id, client_id, now)
        held = await grant.reached_by_client(tx, account_id, client_id)
        # A code that nobody redeemed yet ends with it, and is nothing that a service would hold.
        await logout.disconnect(provider, tx, account_id, client_id, "person")
        if withdrawn:
            await privacy.done(provider, tx, account_id, requests.WITHDRAW)
        elif not held:
            # Pressed twice, or never connected: nothing happened, and so nothing is told.
            return
        await provider.audit.append(tx, owner.did("consent.withdrawn", visitor, stands, client_id=client_id))


def _event(
    name: str, visitor: Visitor, interaction: Interaction, stands: Standing, withheld: Collection[str] = ()
) -> Event:
    return owner.did(
        name,
        visitor,
        stands,
        client_id=interaction.client.client_id,
        scope=sorted(interaction.request.scope),
        resources=sorted(interaction.request.foreign),
        withheld=sorted(withheld),
    )
