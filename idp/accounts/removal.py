"""Removals that wait: the last strong factor goes a day after it was asked for, unless somebody calls that off."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from idp.base.opaque import Handle, same
from idp.store.database import Tx
from idp.store.tables import removals

WAIT = 86_400
"""Seconds between asking and going."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A factor (`idp.sessions.levels`) that goes at `due_at` (UNIX seconds)."""

    id: UUID
    account_id: UUID
    factor: str
    requested_at: int
    due_at: int


_COLUMNS = [removals.c[name] for name in Removal.__slots__]


async def ask(tx: Tx, handle: Handle, account_id: UUID, factor: str, now: int) -> Removal:
    """Write down that a factor shall go. Asked again, it waits anew, and an older link is of no use."""
    await tx.execute(delete(removals).where(removals.c.account_id == account_id, removals.c.factor == factor))
    asked = Removal(handle.id, account_id, factor, now, now + WAIT)
    values = {name: getattr(asked, name) for name in Removal.__slots__}
    await tx.execute(removals.insert().values(**values, secret_hash=handle.secret_hash))
    return asked


async def of(tx: Tx, account_id: UUID) -> list[Removal]:
    """What waits to go from an account."""
    rows = await tx.execute(select(*_COLUMNS).where(removals.c.account_id == account_id).order_by(removals.c.due_at))
    return [Removal(*row) for row in rows]


async def by_link(tx: Tx, text: str) -> Removal | None:
    """The removal that a mailed link calls off; None when it is over, called off, or never was."""
    handle = Handle.parse(text)
    if handle is None:
        return None
    row = (await tx.execute(select(*_COLUMNS, removals.c.secret_hash).where(removals.c.id == handle.id))).first()
    if row is None or not same(row.secret_hash, handle.secret_hash):
        return None
    return Removal(*row[:-1])


async def due(tx: Tx, now: int, limit: int) -> list[Removal]:
    """What has waited long enough."""
    rows = await tx.execute(select(*_COLUMNS).where(removals.c.due_at <= now).order_by(removals.c.due_at).limit(limit))
    return [Removal(*row) for row in rows]


async def end(tx: Tx, removal_id: UUID) -> bool:
    """Done, or called off; of several who say so one gets True."""
    return (await tx.execute(delete(removals).where(removals.c.id == removal_id))).rowcount == 1


async def call_off(tx: Tx, account_id: UUID, factor: str) -> bool:
    """Nothing of that kind goes any more; False if nothing would have."""
    gone = delete(removals).where(removals.c.account_id == account_id, removals.c.factor == factor)
    return (await tx.execute(gone)).rowcount > 0
