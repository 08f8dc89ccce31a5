"""What finds an account: its addresses and numbers, each under a key that tells nothing by itself; and whose they are."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp.accounts import contact
from idp.store.database import Tx
from idp.store.material import Material
from idp.store.tables import identifiers

EMAIL, PHONE, KPJ, NIK = contact.EMAIL, contact.PHONE, contact.KPJ, contact.NIK
WAS = "was"
"""A contact that was changed and may yet be brought back: nobody else can have it meanwhile."""


def key(material: Material, kind: str, normalised: str) -> bytes:
    """The key under which an identifier is found: 16 bytes that tell nothing without `index.key`.

    `normalised` comes from `idp.accounts.contact`: one spelling per identifier, so that one person is one row (T26).
    """
    return material.mac("identifier").of(kind, normalised)[:16]


async def put(tx: Tx, account_id: UUID, keys: Mapping[str, bytes], now: int) -> None:
    """Let these find an account, kind → key. Raises IntegrityError when another account has one of them.

    The primary key of `identifiers` decides between two who activate the same address at once (T36).
    """
    for kind, found_by in keys.items():
        await tx.execute(
            identifiers.insert().values(lookup=found_by, account_id=account_id, kind=kind, verified_at=now)
        )


async def claim(tx: Tx, account_id: UUID, keys: Sequence[tuple[str, bytes]], now: int) -> bool:
    """Make verified numbers find this account, (kind, key) each. False when another account has one: then nothing is written.

    In the order of their keys, so that two accounts that want the same numbers at once do not wait for each other.
    """
    wanted = dict(sorted((found_by, kind) for kind, found_by in keys))
    owners = await tx.execute(
        select(identifiers.c.lookup, identifiers.c.account_id).where(identifiers.c.lookup.in_(wanted))
    )
    for found_by, owner in owners:
        if owner != account_id:
            return False
        del wanted[found_by]
    try:
        async with tx.begin_nested():
            for found_by, kind in wanted.items():
                await put(tx, account_id, {kind: found_by}, now)
    except IntegrityError:
        return False
    return True


async def replace(tx: Tx, account_id: UUID, kind: str, found_by: bytes, now: int, *, proven_at: int) -> bool:
    """Put a proven contact in the place of the one before, which stays reserved as `WAS`.

    False when another account has the new one: then nothing is written.
    """
    mine = identifiers.c.account_id == account_id
    try:
        async with tx.begin_nested():
            await tx.execute(
                update(identifiers).where(mine, identifiers.c.kind == kind).values(kind=WAS, verified_at=now)
            )
            # Whoever goes back to a contact that is reserved for them takes the reservation.
            taken = await tx.execute(
                update(identifiers)
                .where(identifiers.c.lookup == found_by, mine, identifiers.c.kind == WAS)
                .values(kind=kind, verified_at=proven_at)
            )
            if taken.rowcount == 0:
                await put(tx, account_id, {kind: found_by}, proven_at)
    except IntegrityError:
        return False
    return True


async def drop(tx: Tx, account_id: UUID, kind: str) -> None:
    """Let nothing of this kind find an account any more."""
    await tx.execute(identifiers.delete().where(identifiers.c.account_id == account_id, identifiers.c.kind == kind))


async def drop_all(tx: Tx, account_id: UUID, *, but: Collection[str]) -> None:
    """Let nothing find an account any more save what is of these kinds."""
    await tx.execute(identifiers.delete().where(identifiers.c.account_id == account_id, identifiers.c.kind.not_in(but)))


async def proven(tx: Tx, found_by: bytes) -> tuple[UUID, int] | None:
    """Whose a contact is by its key, and when it was proved or used last (UNIX seconds)."""
    wanted = select(identifiers.c.account_id, identifiers.c.verified_at).where(identifiers.c.lookup == found_by)
    row = (await tx.execute(wanted)).first()
    return None if row is None else (row.account_id, row.verified_at)
