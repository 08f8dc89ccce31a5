"""An operator looks at what was never delivered, and lets it be tried again."""

from typing import Any
from uuid import UUID

from idp.provider import Provider
from idp.store.audit import Event


async def dead(provider: Provider, *, before: UUID | None = None, limit: int = 50) -> list[Any]:
    """Outbox items that were given up, newest first; without their payload, which may hold a code."""
    async with provider.database.reading() as tx:
        return await provider.outbox.dead(tx, before=before, limit=limit)


async def retry(provider: Provider, items: list[UUID], *, by: str) -> list[UUID]:
    """Bring dead items back to life; those that were dead."""
    revived = []
    async with provider.database.transaction() as tx:
        for item in items:
            if await provider.outbox.revive(tx, item):
                revived.append(item)
                await provider.audit.append(tx, Event("outbox.retried", actor=by, detail={"item": str(item)}))
    return revived
