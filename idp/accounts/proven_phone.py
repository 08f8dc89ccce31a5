"""How long a number has been its owner's: proven, used, and lost to who proves it later. Telephone companies give numbers away again."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp.accounts import account, lookup
from idp.accounts.lookup import PHONE
from idp.store.database import Tx
from idp.store.tables import accounts, identifiers


async def prove(tx: Tx, account_id: UUID, key: bytes, now: int) -> bool:
    """The number of this account is its owner's, and takes codes. False when another account proved the same one before.

    `key` is what `lookup.key` makes of the number; its primary key decides between two who prove it at once.
    """
    held = await tx.scalar(select(identifiers.c.account_id).where(identifiers.c.lookup == key))
    if held is None:
        try:
            async with tx.begin_nested():
                await lookup.put(tx, account_id, {PHONE: key}, now)
        except IntegrityError:
            return False
    elif held != account_id:
        return False
    # A number that is theirs may still be reserved from before a change.
    await tx.execute(update(identifiers).where(identifiers.c.lookup == key).values(kind=PHONE, verified_at=now))
    return await account.correct(tx, account_id, now, phone_verified=True, sms_off_at=None)


async def used(tx: Tx, account_id: UUID, now: int) -> None:
    """A code that came to the number of this account was right: it is its owner's still."""
    mine = (identifiers.c.account_id == account_id, identifiers.c.kind == PHONE)
    await tx.execute(update(identifiers).where(*mine).values(verified_at=now))


async def release(tx: Tx, key: bytes, claimant_id: UUID, trusted_since: int) -> UUID | None:
    """Take a number from the account that has not proved it since `trusted_since`, unless it is the claimant's own; whose it was.

    There it stands on as a number that nobody proved.
    """
    gone = await tx.execute(
        identifiers.delete()
        .where(
            identifiers.c.lookup == key,
            identifiers.c.kind == PHONE,
            identifiers.c.account_id != claimant_id,
            identifiers.c.verified_at < trusted_since,
        )
        .returning(identifiers.c.account_id)
    )
    row = gone.first()
    if row is None:
        return None
    # Not through `correct`, which says when: services learn of it by `phone_number_verified`.
    await tx.execute(update(accounts).where(accounts.c.id == row.account_id).values(phone_verified=False))
    owner: UUID = row.account_id
    return owner
