"""What a person allowed a client, remembered for both."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from idp.store.database import Tx
from idp.store.tables import consents


@dataclass(frozen=True, slots=True)
class Consent:
    """Scopes and single claims that were allowed, and when."""

    scope: frozenset[str]
    claims: frozenset[str]
    granted_at: int

    def covers(self, scope: frozenset[str], claims: frozenset[str]) -> bool:
        """Whether nothing beyond it is asked."""
        return scope <= self.scope and claims <= self.claims


async def remember(tx: Tx, account_id: UUID, client_id: str, consent: Consent, expires_at: int) -> None:
    """Keep a consent; scopes allowed before stay allowed until it expires or is withdrawn."""
    held = (
        await tx.execute(select(consents).where(consents.c.account_id == account_id, consents.c.client_id == client_id))
    ).first()
    scope, claims = consent.scope, consent.claims
    if held is not None:
        if held.expires_at > consent.granted_at:
            scope, claims = scope | frozenset(held.scope.split()), claims | frozenset(held.claims)
        await tx.execute(
            consents.delete().where(consents.c.account_id == account_id, consents.c.client_id == client_id)
        )
    await tx.execute(
        consents.insert().values(
            account_id=account_id,
            client_id=client_id,
            scope=" ".join(sorted(scope)),
            claims=sorted(claims),
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
