"""What a person allowed a client, remembered for both."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from idp.store.database import Tx
from idp.store.tables import consents


@dataclass(frozen=True, slots=True)
class Consent:
    """Scopes, single claims and resources (RFC 8707) that were allowed, and when."""

    scope: frozenset[str]
    claims: frozenset[str]
    granted_at: int
    resources: frozenset[str] = frozenset()

    def covers(self, scope: frozenset[str], claims: frozenset[str], resources: frozenset[str]) -> bool:
        """Whether nothing beyond it is asked."""
        return scope <= self.scope and claims <= self.claims and resources <= self.resources


async def remember(tx: Tx, account_id: UUID, client_id: str, consent: Consent, expires_at: int) -> None:
    """Keep a consent; scopes allowed before stay allowed until it expires or is withdrawn."""
    held = (
        await tx.execute(select(consents).where(consents.c.account_id == account_id, consents.c.client_id == client_id))
    ).first()
    scope, claims, resources = consent.scope, consent.claims, consent.resources
    if held is not None:
        if held.expires_at > consent.granted_at:
            scope, claims = scope | frozenset(held.scope.split()), claims | frozenset(held.claims)
            resources |= frozenset(held.resources or ())
        await tx.execute(
            consents.delete().where(consents.c.account_id == account_id, consents.c.client_id == client_id)
        )
    await tx.execute(
        consents.insert().values(
            account_id=account_id,
            client_id=client_id,
            scope=" ".join(sorted(scope)),
            claims=sorted(claims),
            resources=sorted(resources),
            granted_at=consent.granted_at,
            expires_at=expires_at,
        )
    )


async def withdraw(tx: Tx, account_id: UUID, client_id: str) -> None:
    """Forget a consent; the caller revokes the grants that stand on it."""
    await tx.execute(consents.delete().where(consents.c.account_id == account_id, consents.c.client_id == client_id))


async def of(tx: Tx, account_id: UUID) -> list[Any]:
    """The consents of an account."""
    return list(
        (
            await tx.execute(select(consents).where(consents.c.account_id == account_id).order_by(consents.c.client_id))
        ).all()
    )
