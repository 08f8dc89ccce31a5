"""Registrations that wait for activation. No account exists yet, so nobody can occupy an address that is not theirs."""

from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp.accounts.declared import Declared
from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import sign_ups

# Whoever types a code of theirs tries it on each that waits.
_MOST = 5


@dataclass(frozen=True, slots=True)
class Applicant:
    """What the person typed, in the spelling of `idp.accounts.contact`. `lanjut` is the ticket of the service that waits."""

    name: str
    email: str
    phone: str
    kpj: str | None = None
    lanjut: str = ""


@dataclass(frozen=True, slots=True)
class SignUp:
    """One registration. Its id becomes the account's."""

    id: UUID
    email_lookup: bytes
    applicant: Applicant
    password_hash: str = field(repr=False)
    password_policy: str
    language: str
    created_at: int
    expires_at: int
    activated_at: int | None = None
    declared: Declared = field(default_factory=Declared)


async def put(tx: Tx, sealer: Sealer, sign_up: SignUp) -> None:
    """Write a registration, or write it anew if its form is sent again; one that was activated stays as it is."""
    changing = {
        "draft_sealed": sealer.seal(_place(sign_up.id), orjson.dumps(asdict(sign_up.applicant))),
        "declared_sealed": sealer.seal(_declared_of(sign_up.id), orjson.dumps(asdict(sign_up.declared))),
        "password_hash": sign_up.password_hash,
        "password_policy": sign_up.password_policy,
        "language": sign_up.language,
    }
    try:
        async with tx.begin_nested():
            await tx.execute(
                sign_ups.insert().values(
                    id=sign_up.id,
                    email_lookup=sign_up.email_lookup,
                    created_at=sign_up.created_at,
                    expires_at=sign_up.expires_at,
                    **changing,
                )
            )
    except IntegrityError:
        await tx.execute(
            update(sign_ups)
            .where(
                sign_ups.c.id == sign_up.id,
                sign_ups.c.email_lookup == sign_up.email_lookup,
                sign_ups.c.activated_at.is_(None),
            )
            .values(changing)
        )


async def read(tx: Tx, sealer: Sealer, sign_up_id: UUID, now: int) -> SignUp | None:
    """A registration that has not expired, activated or not."""
    row = (await tx.execute(select(sign_ups).where(sign_ups.c.id == sign_up_id, sign_ups.c.expires_at > now))).first()
    return None if row is None else _sign_up(row, sealer)


async def waiting(tx: Tx, sealer: Sealer, email_lookup: bytes, now: int) -> list[SignUp]:
    """The registrations of an address that wait, newest first."""
    rows = await tx.execute(
        select(sign_ups)
        .where(sign_ups.c.email_lookup == email_lookup, sign_ups.c.expires_at > now, sign_ups.c.activated_at.is_(None))
        .order_by(sign_ups.c.id.desc())
        .limit(_MOST)
    )
    return [_sign_up(row, sealer) for row in rows]


async def lock(tx: Tx, email_lookup: bytes) -> None:
    """Let nobody else settle registrations of this address before `tx` ends. Taken first, so that nobody waits in a circle."""
    await tx.execute(
        select(sign_ups.c.id).where(sign_ups.c.email_lookup == email_lookup).order_by(sign_ups.c.id).with_for_update()
    )


async def settle(tx: Tx, sign_up: SignUp, now: int) -> list[UUID]:
    """Mark a registration as activated and delete every other one of its address; the ids of the deleted."""
    await tx.execute(update(sign_ups).where(sign_ups.c.id == sign_up.id).values(activated_at=now))
    deleted = await tx.execute(
        sign_ups.delete()
        .where(sign_ups.c.email_lookup == sign_up.email_lookup, sign_ups.c.id != sign_up.id)
        .returning(sign_ups.c.id)
    )
    return list(deleted.scalars())


async def delete(tx: Tx, sign_up_id: UUID) -> None:
    """Forget a registration that was not activated."""
    await tx.execute(sign_ups.delete().where(sign_ups.c.id == sign_up_id, sign_ups.c.activated_at.is_(None)))


def _sign_up(row: Any, sealer: Sealer) -> SignUp:
    applicant = Applicant(**orjson.loads(sealer.open(_place(row.id), row.draft_sealed)))
    # None where the version before this one wrote the row.
    declared = orjson.loads(sealer.open(_declared_of(row.id), row.declared_sealed)) if row.declared_sealed else {}
    return SignUp(
        row.id,
        row.email_lookup,
        applicant,
        row.password_hash,
        row.password_policy,
        row.language,
        row.created_at,
        row.expires_at,
        row.activated_at,
        Declared(**{**declared, "review": tuple(declared.get("review", ()))}),
    )


def _place(sign_up_id: UUID) -> Place:
    return Place("sign_ups", "draft", sign_up_id)


def _declared_of(sign_up_id: UUID) -> Place:
    return Place("sign_ups", "declared", sign_up_id)
