"""What is sent to people to prove that a contact is theirs: one record with a link and a code that people can type.

The link has 256 random bits; its hash is stored. The code has about 42 and is therefore burnt after a few wrong entries;
its keyed hash is stored. Using either spends the record, and a newer record for the same thing replaces it.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, select, update

from idp.base.opaque import Entropy, Handle, choose, same
from idp.store.database import Tx
from idp.store.material import Material
from idp.store.tables import challenges

# 37 characters without look-alikes (0/O, 1/l, 5/S, 9/g, c/C, s/S); upper and lower case differ.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabdefhnrt3479"
CODE_LENGTH = 8

ACTIVATE, RESET, CONTACT, OTP, PROOF, ASSISTED = "activate", "reset", "contact", "otp", "proof", "assisted"
BY_EMAIL, BY_SMS = "email", "sms"

LIVE, USED, SUPERSEDED, EXPIRED = "live", "used", "superseded", "expired"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A record as it stands. `subject_id` is a registration, an account, a recovery at a branch or the session that asked, by purpose."""

    id: UUID
    purpose: str
    subject_id: UUID
    channel: str
    destination: str
    tries_left: int
    created_at: int
    expires_at: int
    used_at: int | None = None
    superseded_at: int | None = None
    reference: str | None = None

    def state(self, now: int) -> str:
        """What can still be done with it; used counts before superseded, that before expired."""
        if self.used_at is not None:
            return USED
        if self.superseded_at is not None:
            return SUPERSEDED
        return LIVE if now < self.expires_at else EXPIRED


class Try(NamedTuple):
    """A code that was typed: whether it is the right one, and how many tries are left."""

    right: bool
    left: int


_COLUMNS = [challenges.c[name] for name in Challenge.__slots__]
_UNSPENT = and_(challenges.c.used_at.is_(None), challenges.c.superseded_at.is_(None))


def _live(challenge_id: UUID, now: int) -> ColumnElement[bool]:
    """`Challenge.state`, as a condition of the statement that acts on a record: so that of many at once only one acts."""
    return and_(challenges.c.id == challenge_id, _UNSPENT, challenges.c.expires_at > now)


def new_code(entropy: Entropy) -> str:
    """A code to send."""
    return choose(entropy, ALPHABET, CODE_LENGTH)


def typed_code(text: str) -> str:
    """A code as it was typed or pasted, without the spaces and dashes of a neat hand. Case stays: it matters."""
    return "".join(character for character in text if character.isalnum())[: 2 * CODE_LENGTH]


async def issue(tx: Tx, material: Material, handle: Handle, code: str, challenge: Challenge) -> None:
    """Write a record under the id of `handle`; older ones for the same subject, purpose and channel are replaced."""
    await tx.execute(
        update(challenges)
        .where(
            challenges.c.subject_id == challenge.subject_id,
            challenges.c.purpose == challenge.purpose,
            challenges.c.channel == challenge.channel,
            _UNSPENT,
        )
        .values(superseded_at=challenge.created_at)
    )
    values = {name: getattr(challenge, name) for name in Challenge.__slots__}
    await tx.execute(
        challenges.insert().values(
            **values, link_hash=handle.secret_hash, code_hash=_code_hash(material, challenge.id, code)
        )
    )


async def by_link(tx: Tx, text: str) -> Challenge | None:
    """The record of a mailed link, whatever its state; None for a link that was never sent."""
    handle = Handle.parse(text)
    if handle is None:
        return None
    row = (await tx.execute(select(*_COLUMNS, challenges.c.link_hash).where(challenges.c.id == handle.id))).first()
    if row is None or not same(row.link_hash, handle.secret_hash):
        return None
    return _challenge(row)


async def read(tx: Tx, challenge_id: UUID) -> Challenge | None:
    """A record by its id."""
    row = (await tx.execute(select(*_COLUMNS).where(challenges.c.id == challenge_id))).first()
    return None if row is None else _challenge(row)


async def newest(tx: Tx, purpose: str, subject_id: UUID) -> list[Challenge]:
    """The records for a subject that nothing replaced, spent and expired ones too; one per channel, mail first."""
    rows = await tx.execute(
        select(*_COLUMNS)
        .where(
            challenges.c.subject_id == subject_id, challenges.c.purpose == purpose, challenges.c.superseded_at.is_(None)
        )
        .order_by(challenges.c.channel, challenges.c.id)
    )
    return [_challenge(row) for row in rows]


async def try_code(tx: Tx, material: Material, challenge_id: UUID, code: str, now: int) -> Try:
    """Compare a code. The try is taken before the code is looked at, so a hundred at once are five.

    A record that is not live has no tries.
    """
    taken = await tx.execute(
        update(challenges)
        .where(_live(challenge_id, now), challenges.c.tries_left > 0)
        .values(tries_left=challenges.c.tries_left - 1)
        .returning(challenges.c.code_hash, challenges.c.tries_left)
    )
    row = taken.first()
    if row is None:
        return Try(False, 0)
    return Try(same(row.code_hash, _code_hash(material, challenge_id, code)), row.tries_left)


async def prove(tx: Tx, challenge_id: UUID, until: int, now: int) -> bool:
    """The code was typed right: it works no second time, and the record it belongs to lives until `until` at least.

    False if it was not live any more.
    """
    later = case((challenges.c.expires_at < until, until), else_=challenges.c.expires_at)
    proved = await tx.execute(update(challenges).where(_live(challenge_id, now)).values(tries_left=0, expires_at=later))
    return proved.rowcount == 1


async def use(tx: Tx, challenge_id: UUID, now: int) -> bool:
    """Spend a record; False if it was not live any more. Of many at once one gets True."""
    used = await tx.execute(update(challenges).where(_live(challenge_id, now)).values(used_at=now))
    return used.rowcount == 1


async def supersede(tx: Tx, purpose: str, subject_id: UUID, now: int) -> None:
    """Nothing that was sent for this subject works any more."""
    await tx.execute(
        update(challenges)
        .where(
            challenges.c.subject_id == subject_id,
            challenges.c.purpose == purpose,
            _UNSPENT,
        )
        .values(superseded_at=now)
    )


async def spend(tx: Tx, purpose: str, subjects: list[UUID], now: int) -> None:
    """What was sent for these subjects counts as used: their purpose is fulfilled."""
    await tx.execute(
        update(challenges)
        .where(challenges.c.subject_id.in_(subjects), challenges.c.purpose == purpose, challenges.c.used_at.is_(None))
        .values(used_at=now, superseded_at=None)
    )


def _challenge(row: Any) -> Challenge:
    return Challenge(**{name: row._mapping[name] for name in Challenge.__slots__})


def _code_hash(material: Material, challenge_id: UUID, code: str) -> bytes:
    return material.mac("challenge-code").of(challenge_id.bytes, code)
