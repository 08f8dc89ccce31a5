"""A contact that was replaced: for 72 hours its owner can bring it back by a link that was sent to it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from idp.base.opaque import Handle, same
from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import contact_changes

REVERTIBLE = 72 * 3600
"""Seconds for which a change can be taken back."""


@dataclass(frozen=True, slots=True)
class ContactChange:
    """`kind` is email or phone; `was` is what stood there before, and `proven_at` when that had been proven, if it is known."""

    id: UUID
    account_id: UUID
    kind: str
    was: str = field(repr=False)
    changed_at: int
    revertible_until: int
    reverted_at: int | None = None
    proven_at: int | None = None

    def live(self, now: int) -> bool:
        """Whether it can still be taken back."""
        return self.reverted_at is None and now < self.revertible_until


async def put(
    tx: Tx, sealer: Sealer, handle: Handle, account_id: UUID, kind: str, was: str, proven_at: int | None, now: int
) -> None:
    """Remember a change under the id of `handle`, which is the link that takes it back."""
    await tx.execute(
        contact_changes.insert().values(
            id=handle.id,
            account_id=account_id,
            kind=kind,
            was_sealed=sealer.seal(_place(handle.id), was.encode()),
            secret_hash=handle.secret_hash,
            proven_at=proven_at,
            changed_at=now,
            revertible_until=now + REVERTIBLE,
        )
    )


async def by_link(tx: Tx, sealer: Sealer, text: str) -> ContactChange | None:
    """The change behind a link, whatever its state; None for a link that was never sent."""
    handle = Handle.parse(text)
    if handle is None:
        return None
    row = (await tx.execute(select(contact_changes).where(contact_changes.c.id == handle.id))).first()
    if row is None or not same(row.secret_hash, handle.secret_hash):
        return None
    return _change(sealer, row)


async def of(tx: Tx, sealer: Sealer, account_id: UUID) -> list[ContactChange]:
    """The changes of an account that are remembered, whatever their state; the newest first."""
    mine = select(contact_changes).where(contact_changes.c.account_id == account_id)
    rows = await tx.execute(mine.order_by(contact_changes.c.changed_at.desc(), contact_changes.c.id.desc()))
    return [_change(sealer, row) for row in rows]


async def close(tx: Tx, account_id: UUID, now: int) -> None:
    """No change of an account can be taken back any more: somebody has looked at its owner's face meanwhile."""
    await tx.execute(
        update(contact_changes)
        .where(contact_changes.c.account_id == account_id, contact_changes.c.revertible_until > now)
        .values(revertible_until=now)
    )


async def revert(tx: Tx, change: ContactChange, now: int) -> bool:
    """Take a change back, and with it every later one of its kind; False if somebody did meanwhile."""
    mine = await tx.execute(
        update(contact_changes)
        .where(
            contact_changes.c.id == change.id,
            contact_changes.c.reverted_at.is_(None),
            contact_changes.c.revertible_until > now,
        )
        .values(reverted_at=now)
    )
    if mine.rowcount == 0:
        return False
    await tx.execute(
        update(contact_changes)
        .where(
            contact_changes.c.account_id == change.account_id,
            contact_changes.c.kind == change.kind,
            contact_changes.c.changed_at >= change.changed_at,
            contact_changes.c.reverted_at.is_(None),
        )
        .values(reverted_at=now)
    )
    return True


def _change(sealer: Sealer, row: Any) -> ContactChange:
    was = sealer.open(_place(row.id), row.was_sealed).decode()
    return ContactChange(
        row.id,
        row.account_id,
        row.kind,
        was,
        row.changed_at,
        row.revertible_until,
        row.reverted_at,
        row.proven_at,
    )


def _place(change_id: UUID) -> Place:
    return Place("contact_changes", "was", change_id)
