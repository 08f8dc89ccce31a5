"""The passwords that an account had before, as hashes: a policy may want that none of the last few comes back."""

from uuid import UUID

from sqlalchemy import select

from idp.store.database import Tx
from idp.store.tables import past_passwords


async def read(tx: Tx, account_id: UUID, many: int) -> list[str]:
    """The hashes of the last `many`, newest first; the present one is not among them."""
    wanted = (
        select(past_passwords.c.password_hash)
        .where(past_passwords.c.account_id == account_id)
        .order_by(past_passwords.c.replaced_at.desc(), past_passwords.c.id.desc())
        .limit(many)
    )
    return list((await tx.execute(wanted)).scalars())


async def put(tx: Tx, entry_id: UUID, account_id: UUID, password_hash: str, keep: int, now: int) -> None:
    """Remember a password that has just been replaced, and forget those before the last `keep`."""
    if keep > 0:
        await tx.execute(
            past_passwords.insert().values(
                id=entry_id, account_id=account_id, password_hash=password_hash, replaced_at=now
            )
        )
    newest = (
        select(past_passwords.c.id)
        .where(past_passwords.c.account_id == account_id)
        .order_by(past_passwords.c.replaced_at.desc(), past_passwords.c.id.desc())
        .limit(keep)
    )
    await tx.execute(
        past_passwords.delete().where(past_passwords.c.account_id == account_id, past_passwords.c.id.not_in(newest))
    )
