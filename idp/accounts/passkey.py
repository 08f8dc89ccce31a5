"""Passkeys: the rows. What a credential is and when its word counts is in `idp.accounts.webauthn`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from idp.accounts.webauthn import Key, Made
from idp.base.opaque import digest
from idp.store.database import Tx
from idp.store.material import Material
from idp.store.tables import answered_challenges, passkeys

MOST = 10
"""How many one account may have."""

MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Passkey:
    """One enrolled passkey. `synced` when it may leave its device; `suspended_at` as of `suspend`; times are UNIX seconds."""

    id: UUID
    account_id: UUID
    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    synced: bool
    transports: list[str]
    name: str
    created_at: int
    used_at: int | None
    suspended_at: int | None

    @property
    def key(self) -> Key:
        return Key(self.credential_id, self.transports)


def user_handle(material: Material, account_id: UUID) -> bytes:
    """Who an account is to authenticators: 32 bytes that never change, are no `sub`, and do not tell the account's id.

    Browsers show them to whoever holds the unlocked device (WebAuthn section 14.6.1), so they must lead nowhere.
    """
    return material.mac("passkey-user").of(account_id.bytes)


def cloned(kept: int, shown: int) -> bool:
    """Whether the count of uses went back or stood still, which a second copy of the key would explain.

    Keys that are synced do not count, and say 0 for ever (WebAuthn section 6.1.1).
    """
    return (kept or shown) > 0 and shown <= kept


async def of(tx: Tx, account_id: UUID) -> list[Passkey]:
    """The passkeys of an account, oldest first."""
    wanted = select(passkeys).where(passkeys.c.account_id == account_id).order_by(passkeys.c.id)
    return [_from(dict(row._mapping)) for row in await tx.execute(wanted)]


async def find(tx: Tx, credential_id: bytes) -> Passkey | None:
    """The passkey of a credential, whosever it is."""
    row = (await tx.execute(select(passkeys).where(passkeys.c.credential_id == credential_id))).first()
    return None if row is None else _from(dict(row._mapping))


async def insert(tx: Tx, passkey_id: UUID, account_id: UUID, made: Made, name: str, now: int) -> bool:
    """Enrol a credential; False when somebody has it already: then nothing is written."""
    try:
        async with tx.begin_nested():
            await tx.execute(
                passkeys.insert().values(
                    id=passkey_id,
                    account_id=account_id,
                    credential_id=made.credential_id,
                    public_key=made.public_key,
                    sign_count=made.sign_count,
                    backed_up=made.synced,
                    transports=made.transports,
                    aaguid=made.aaguid,
                    name=name,
                    created_at=now,
                )
            )
    except IntegrityError:
        return False
    return True


async def use(tx: Tx, passkey_id: UUID, sign_count: int, now: int) -> bool:
    """Note a use; False when the passkey has gone, or its count has moved on to this one or past it."""
    moves_on = passkeys.c.sign_count < sign_count
    if sign_count == 0:
        moves_on = or_(moves_on, passkeys.c.sign_count == 0)
    used = await tx.execute(
        update(passkeys).where(passkeys.c.id == passkey_id, moves_on).values(sign_count=sign_count, used_at=now)
    )
    return used.rowcount == 1


async def rename(tx: Tx, account_id: UUID, passkey_id: UUID, name: str) -> bool:
    """Give one of an account's passkeys another name; False if it is not theirs."""
    mine = (passkeys.c.id == passkey_id, passkeys.c.account_id == account_id)
    return (await tx.execute(update(passkeys).where(*mine).values(name=name))).rowcount == 1


async def remove(tx: Tx, account_id: UUID, passkey_id: UUID) -> bool:
    """Take one of an account's passkeys away; False if it is not theirs."""
    mine = (passkeys.c.id == passkey_id, passkeys.c.account_id == account_id)
    return (await tx.execute(passkeys.delete().where(*mine))).rowcount == 1


async def remove_all(tx: Tx, account_id: UUID) -> None:
    """Take all of an account's passkeys away."""
    await tx.execute(passkeys.delete().where(passkeys.c.account_id == account_id))


async def suspend(tx: Tx, account_id: UUID, passkey_id: UUID, now: int) -> None:
    """It let somebody in whom the owner disowned. While the account waits for another password it opens nothing, and still counts
    as a factor that the way there asks for: whoever disowns may be the thief, and must not get rid of it."""
    mine = (passkeys.c.id == passkey_id, passkeys.c.account_id == account_id)
    await tx.execute(update(passkeys).where(*mine).values(suspended_at=now))


async def resume(tx: Tx, account_id: UUID) -> None:
    """The account has another password: what was suspended opens again, until its owner removes it."""
    held = (passkeys.c.account_id == account_id, passkeys.c.suspended_at.is_not(None))
    await tx.execute(update(passkeys).where(*held).values(suspended_at=None))


async def spend(tx: Tx, challenge: str, expires_at: int) -> bool:
    """Use a challenge up; False if it has been answered before, on whichever replica."""
    try:
        async with tx.begin_nested():
            await tx.execute(
                answered_challenges.insert().values(challenge_hash=digest(challenge), expires_at=expires_at)
            )
    except IntegrityError:
        return False
    return True


def _from(row: Mapping[str, Any]) -> Passkey:
    return Passkey(
        row["id"],
        row["account_id"],
        row["credential_id"],
        row["public_key"],
        row["sign_count"],
        row["backed_up"],
        row["transports"],
        row["name"],
        row["created_at"],
        row["used_at"],
        row["suspended_at"],
    )
