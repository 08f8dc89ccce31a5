"""An account: the record of a person. A row exists from activation on, so an account in hand is a real one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError

from idp.accounts import lookup
from idp.store.database import Tx
from idp.store.tables import accounts, identifiers

ACTIVE, RESTRICTED, DISABLED = "active", "restricted", "disabled"
# A restricted account is frozen towards services by its own person, who still signs in to see it, copy it or unfreeze it.
MAY_SIGN_IN = (ACTIVE, RESTRICTED)
DECEASED = "deceased"
"""Whose person a registry or an officer declared dead: as dead as a disabled account, and told apart from one."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person. `email` is as it was typed, `phone` is E.164; `claims` are further standard claims as they are released."""

    id: UUID
    name: str
    created_at: int
    updated_at: int
    status: str = ACTIVE
    email: str | None = None
    email_verified: bool = False
    phone: str | None = None
    phone_verified: bool = False
    kpj: str | None = None
    category: str | None = None
    nik_sealed: bytes | None = field(default=None, repr=False)
    nik_index: bytes | None = field(default=None, repr=False)
    passport_sealed: bytes | None = field(default=None, repr=False)
    review: str | None = None
    identity_level: int = 0
    identity_method: str | None = None
    identity_verified_at: int | None = None
    terms_version: str | None = None
    terms_accepted_at: int | None = None
    locale: str = "id"
    claims: Mapping[str, Any] = field(default_factory=dict)
    birthdate_sealed: bytes | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    password_policy: str | None = None
    password_changed_at: int | None = None
    contact_changed_at: int | None = None
    newsletter_since: int | None = None
    officer_since: int | None = None
    sms_off_at: int | None = None
    not_before: int = 0
    restricted_at: int | None = None

    @property
    def takes_codes(self) -> bool:
        """Whether a code by SMS proves something about this person."""
        return self.phone is not None and self.phone_verified and self.sms_off_at is None


COLUMNS = [accounts.c[name] for name in Account.__slots__]
"""What an `Account` is read from, in the order of its fields."""


async def read(tx: Tx, account_id: UUID) -> Account | None:
    """One account, whatever its status."""
    row = (await tx.execute(select(*COLUMNS).where(accounts.c.id == account_id))).first()
    return None if row is None else Account(**row._mapping)


async def find(tx: Tx, key: bytes) -> Account | None:
    """The account that an identifier's `lookup` leads to, whatever it may be used for: who has it already?"""
    owner = select(*COLUMNS).join(identifiers, identifiers.c.account_id == accounts.c.id)
    row = (await tx.execute(owner.where(identifiers.c.lookup == key))).first()
    return None if row is None else Account(**row._mapping)


async def insert(tx: Tx, account: Account, keys: Mapping[str, bytes]) -> bool:
    """Write an account with its identifiers, kind → `lookup`. False when another account has one of them: then nothing is written.

    The primary key of `identifiers` decides between two who activate the same address at once (T36).
    """
    values = {name: getattr(account, name) for name in Account.__slots__}
    try:
        async with tx.begin_nested():
            await tx.execute(accounts.insert().values(values))
            await lookup.put(tx, account.id, keys, account.created_at)
    except IntegrityError:
        return False
    return True


async def rewrite(tx: Tx, account: Account, keys: Mapping[str, bytes]) -> bool:
    """Write everything of an account anew, and its identifiers. False when another account has one: then nothing is written."""
    values = {name: getattr(account, name) for name in Account.__slots__ if name not in ("id", "created_at")}
    try:
        async with tx.begin_nested():
            await tx.execute(update(accounts).where(accounts.c.id == account.id).values(values))
            # Numbers that a registry confirmed are not among what files and operators declare.
            kept = (lookup.NIK, lookup.WAS, lookup.KPJ) if account.identity_level else (lookup.NIK, lookup.WAS)
            await lookup.drop_all(tx, account.id, but=kept)
            await lookup.put(tx, account.id, keys, account.updated_at)
    except IntegrityError:
        return False
    return True


async def declare(
    tx: Tx, account_id: UUID, *, name: str, nik_sealed: bytes, nik_index: bytes, birthdate_sealed: bytes, now: int
) -> bool:
    """What a person says of themselves anew; False once it was verified, since then it is nobody's to retype."""
    changed = await tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.identity_level == 0)
        .values(
            name=name, nik_sealed=nik_sealed, nik_index=nik_index, birthdate_sealed=birthdate_sealed, updated_at=now
        )
    )
    return changed.rowcount == 1


async def identify(tx: Tx, account_id: UUID, level: int, method: str, now: int) -> None:
    """Raise the identity level; one that is as high already keeps its method and its date."""
    await tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.identity_level < level)
        .values(identity_level=level, identity_method=method, identity_verified_at=now, updated_at=now)
    )


async def page(tx: Tx, *, status: str | None = None, after: UUID | None = None, limit: int = 50) -> list[Account]:
    """Accounts in the order in which they came, those after the account `after` (keyset)."""
    wanted = select(*COLUMNS).order_by(accounts.c.id).limit(limit)
    if status is not None:
        wanted = wanted.where(accounts.c.status == status)
    if after is not None:
        wanted = wanted.where(accounts.c.id > after)
    return [Account(**row._mapping) for row in await tx.execute(wanted)]


async def lock(tx: Tx, account_id: UUID) -> bool:
    """Let no other transaction that asks for the same go on before this one ends; False when the account is gone.

    For what an account may have once only; and before anything else by whoever writes both the account and rows of its
    person, or two of them could wait for each other.
    """
    return await tx.scalar(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update()) is not None


async def set_contact(
    tx: Tx, account_id: UUID, kind: str, value: str, key: bytes, now: int, *, proven_at: int | None = None
) -> bool:
    """Put a proven contact in the place of the one before, whose identifier stays reserved as `lookup.WAS`.

    `proven_at` is when it was proven, if not now: one that is brought back is no younger for it. False when another account has the new one: then nothing is written.
    """
    if not await lookup.replace(tx, account_id, kind, key, now, proven_at=now if proven_at is None else proven_at):
        return False
    values = {kind: value, f"{kind}_verified": True, "contact_changed_at": now}
    return await _set(tx, account_id, now, **values)


async def drop_contact(tx: Tx, account_id: UUID, kind: str, now: int) -> None:
    """Take a contact off an account that had none of its kind before."""
    await lookup.drop(tx, account_id, kind)
    await _set(tx, account_id, now, **{kind: None, f"{kind}_verified": False, "contact_changed_at": now})


async def set_sms_off(tx: Tx, account_id: UUID, since: int | None) -> None:
    """Send this account no more codes by SMS since a moment (UNIX seconds), or with None send them again."""
    # Not through `_set`: what services read as `updated_at` has not changed.
    await tx.execute(update(accounts).where(accounts.c.id == account_id).values(sms_off_at=since))


async def set_status(tx: Tx, account_id: UUID, status: str, now: int) -> bool:
    """Disable or enable; False if there is no such account. A disabled account's tokens and sessions are dead at once.

    To enable does not undo what the person froze themselves.
    """
    value: Any = status
    if status == ACTIVE:
        value = case((accounts.c.restricted_at.is_not(None), RESTRICTED), else_=ACTIVE)
    return await _set(tx, account_id, now, status=value)


async def restrict(tx: Tx, account_id: UUID, now: int) -> bool:
    """Freeze what services may do with an account; False unless it was active. Its tokens are dead at once."""
    changed = await tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.status == ACTIVE)
        .values(status=RESTRICTED, restricted_at=now)
    )
    return changed.rowcount == 1


async def lift(tx: Tx, account_id: UUID) -> bool:
    """Undo `restrict`; False unless the account was restricted. What was ended stays ended."""
    changed = await tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.status == RESTRICTED)
        .values(status=ACTIVE, restricted_at=None)
    )
    return changed.rowcount == 1


async def accept_terms(tx: Tx, account_id: UUID, version: str, now: int) -> None:
    """The person has accepted a version of terms and privacy notice. Services read nothing new from it."""
    await tx.execute(
        update(accounts).where(accounts.c.id == account_id).values(terms_version=version, terms_accepted_at=now)
    )


async def correct(tx: Tx, account_id: UUID, now: int, **values: Any) -> bool:
    """Write corrected columns; False if there is no such account."""
    return await _set(tx, account_id, now, **values)


async def appoint(tx: Tx, account_id: UUID, now: int) -> bool:
    """Make an account an officer's; False if there is no such account."""
    return await _set(tx, account_id, now, officer_since=now)


async def officers(tx: Tx) -> int:
    """How many accounts are officers'."""
    return int(await tx.scalar(select(func.count()).where(accounts.c.officer_since.is_not(None))) or 0)


async def set_not_before(tx: Tx, account_id: UUID, moment: int) -> bool:
    """Declare every session, grant and token from before `moment` (UNIX seconds) dead."""
    # Not through `_set`: what services read as `updated_at` has not changed.
    changed = await tx.execute(update(accounts).where(accounts.c.id == account_id).values(not_before=moment))
    return changed.rowcount == 1


async def _set(tx: Tx, account_id: UUID, now: int, **values: Any) -> bool:
    changed = await tx.execute(update(accounts).where(accounts.c.id == account_id).values(updated_at=now, **values))
    return changed.rowcount == 1
