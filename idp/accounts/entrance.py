"""What opens an account: which identifiers lead into it, which password, and whether that is enough.

Signing in asks the same in a statement of its own (`idp.sessions.attempt`).
"""

from uuid import UUID

from sqlalchemy import and_, func, or_, select, update

from idp.accounts import lookup
from idp.accounts.account import COLUMNS, Account
from idp.store.database import Tx
from idp.store.tables import accounts, identifiers


async def opened_by(tx: Tx, key: bytes, *, replaced: bool = False) -> Account | None:
    """The account that an identifier may be used to enter, as for signing in.

    A participant number or NIK names nobody before it was verified, or one could sit in another's; a contact that was
    changed names nobody, unless `replaced`: it serves the link that brings it back, and nobody who merely knows it.

    Where it opens nothing, somebody's row is read and understood as well, and dropped: the time must not tell (T33).
    """
    owners, others = accounts.alias(), accounts.alias()
    own = (lookup.EMAIL, lookup.PHONE, lookup.WAS) if replaced else (lookup.EMAIL, lookup.PHONE)
    proven = and_(identifiers.c.kind.in_((lookup.KPJ, lookup.NIK)), owners.c.identity_level > 0)
    opens = (
        select(identifiers.c.account_id)
        .join(owners, owners.c.id == identifiers.c.account_id)
        .where(identifiers.c.lookup == key, or_(identifiers.c.kind.in_(own), proven))
        .scalar_subquery()
    )
    anybody = select(others.c.id).order_by(others.c.id).limit(1).scalar_subquery()
    wanted = select(*COLUMNS, opens.label("opens")).where(accounts.c.id == func.coalesce(opens, anybody))
    row = (await tx.execute(wanted)).first()
    if row is None:
        return None
    *values, opened = row
    person = Account(*values)
    return None if opened is None else person


async def opens(tx: Tx, account_id: UUID, stored: str | None) -> bool:
    """Whether a hash is still that of the password, and the password opens the account: as for a sign-in."""
    wanted = (
        (accounts.c.id == account_id) & (accounts.c.password_hash == stored) & accounts.c.reset_required_at.is_(None)
    )
    return await tx.scalar(select(accounts.c.id).where(wanted)) is not None


async def set_password(tx: Tx, account_id: UUID, password_hash: str, policy: str, now: int) -> None:
    """A new password, chosen under a version of the policy. The caller ends the sessions that must not outlive the old one."""
    await tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(
            password_hash=password_hash,
            password_policy=policy,
            password_changed_at=now,
            reset_required_at=None,
            updated_at=now,
        )
    )


async def rehash(tx: Tx, account_id: UUID, old_hash: str, new_hash: str) -> None:
    """The same password under today's parameters; nothing if it was changed meanwhile."""
    await tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.password_hash == old_hash)
        .values(password_hash=new_hash)
    )


async def require_reset(tx: Tx, account_id: UUID, now: int) -> None:
    """The password opens nothing any more, until another one takes its place."""
    await tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.password_hash.is_not(None))
        .values(reset_required_at=now)
    )


async def must_reset(tx: Tx, account_id: UUID) -> bool:
    """Whether the password opens nothing any more, as `require_reset` left it."""
    wanted = (accounts.c.id == account_id) & accounts.c.reset_required_at.is_not(None)
    return await tx.scalar(select(accounts.c.id).where(wanted)) is not None


async def ask_factor(tx: Tx, account_id: UUID, since: int | None) -> None:
    """Ask for a second factor at every sign-in, or no longer."""
    await tx.execute(update(accounts).where(accounts.c.id == account_id).values(asks_factor_since=since))
