"""Who gets the newsletter: those who asked for it, as long as they do and their address is theirs."""

from uuid import UUID

from sqlalchemy import func, select, update

from idp.accounts.account import ACTIVE, COLUMNS, Account
from idp.store.database import Tx
from idp.store.tables import accounts


async def page(tx: Tx, after: UUID | None, limit: int) -> list[Account]:
    """Those who asked for it and can get it, in the order of their accounts, after `after` (keyset)."""
    wanted = (
        select(*COLUMNS)
        .where(
            accounts.c.newsletter_since.is_not(None),
            accounts.c.email_verified.is_(True),
            accounts.c.status == ACTIVE,
        )
        .order_by(accounts.c.id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(accounts.c.id > after)
    return [Account(**row._mapping) for row in await tx.execute(wanted)]


async def count(tx: Tx) -> int:
    """How many have asked for it."""
    return int(await tx.scalar(select(func.count()).where(accounts.c.newsletter_since.is_not(None))) or 0)


async def subscribe(tx: Tx, account_id: UUID, since: int | None) -> bool:
    """From a moment (UNIX seconds), or with None no longer; False if it was so already, or there is no such account.

    What services read as `updated_at` does not change.
    """
    gets_it = accounts.c.newsletter_since.is_not(None)
    changed = await tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id, gets_it if since is None else ~gets_it)
        .values(newsletter_since=since)
    )
    return changed.rowcount == 1
