"""A recovery through a branch, from the question to the new password; each step is taken on condition that the one before is.

open ──approve──> cooling ──time──> ready ──new password──> done
  │ refuse, time      │ cancel,        │ cancel,
  │                   │ refuse         │ refuse, time
  └> refused, expired └> cancelled,    └> cancelled, refused, expired
                         refused
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from idp.base.opaque import SPOKEN, Entropy, Handle, choose, same
from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import assisted_recoveries

OPEN, COOLING, READY = "open", "cooling", "ready"
DONE, CANCELLED, REFUSED, EXPIRED = "done", "cancelled", "refused", "expired"
STATES = (OPEN, COOLING, READY, DONE, CANCELLED, REFUSED, EXPIRED)
UNDER_WAY = (COOLING, READY)
CHECKS = ("ktp", "face", "kk", "kpj")
"""What an officer can have seen: identity card, the face that belongs to it, family card, participant card."""

NUMBER_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Case:
    """One recovery. `contact` is the new address or number; `due_at` is when its state ends by itself (UNIX seconds)."""

    id: UUID
    account_id: UUID | None
    number: str
    contact: str = field(repr=False)
    locale: str
    state: str
    created_at: int
    due_at: int
    checked: tuple[str, ...] = ()
    reason: str | None = None
    decided_by: str | None = None
    factors_go: bool = False
    decided_at: int | None = None
    ended_at: int | None = None
    first_officer: str | None = None
    override_reason: str | None = None
    overridden: bool = False
    """Approved by two officers after `CANCELLED_ENOUGH` in a row were cancelled: who holds the old contacts cannot cancel it."""

    @property
    def by_sms(self) -> bool:
        """Whether the new contact is a number; else it is an address."""
        return self.contact.startswith("+")


CANCELLED_ENOUGH = 2


def new_number(entropy: Entropy) -> str:
    """A number to tell at a branch, as it is shown: `K7MX-2RT4`. It opens nothing."""
    letters = choose(entropy, SPOKEN, NUMBER_LENGTH)
    return f"{letters[:4]}-{letters[4:]}"


def typed_number(text: str) -> str:
    """A number as an officer typed it, in the form in which it is kept."""
    letters = "".join(character for character in text.upper() if character.isalnum())
    return f"{letters[:4]}-{letters[4:]}"


async def insert(tx: Tx, sealer: Sealer, case: Case) -> None:
    """Write a new case."""
    values = {name: getattr(case, name) for name in Case.__slots__ if name != "contact"}
    sealed = sealer.seal(_place(case.id), case.contact.encode())
    await tx.execute(
        assisted_recoveries.insert().values({**values, "checked": list(case.checked), "contact_sealed": sealed})
    )


async def by_number(tx: Tx, sealer: Sealer, number: str) -> Case | None:
    """The case of a number."""
    return await _one(tx, sealer, assisted_recoveries.c.number == number)


async def read(tx: Tx, sealer: Sealer, case_id: UUID) -> Case | None:
    """A case by its id."""
    return await _one(tx, sealer, assisted_recoveries.c.id == case_id)


async def by_link(tx: Tx, sealer: Sealer, text: str, *, cancels: bool = False) -> Case | None:
    """The case behind a link, whatever its state; `cancels` for the one that went to the old contacts."""
    handle = Handle.parse(text)
    if handle is None:
        return None
    column = assisted_recoveries.c.cancel_hash if cancels else assisted_recoveries.c.link_hash
    kept = await tx.scalar(select(column).where(assisted_recoveries.c.id == handle.id))
    if kept is None or not same(kept, handle.secret_hash):
        return None
    return await _one(tx, sealer, assisted_recoveries.c.id == handle.id)


async def under_way(tx: Tx, sealer: Sealer, account_id: UUID) -> Case | None:
    """The case that is approved for an account and not over; the newest."""
    wanted = (assisted_recoveries.c.account_id == account_id) & assisted_recoveries.c.state.in_(UNDER_WAY)
    return await _one(tx, sealer, wanted)


async def cancelled_in_a_row(tx: Tx, account_id: UUID) -> int:
    """How many of the recoveries that were approved for an account last were cancelled, one after the other."""
    decided = (
        select(assisted_recoveries.c.state)
        .where(
            assisted_recoveries.c.account_id == account_id,
            assisted_recoveries.c.decided_at.is_not(None),
            assisted_recoveries.c.state.not_in(UNDER_WAY),
        )
        .order_by(assisted_recoveries.c.decided_at.desc(), assisted_recoveries.c.id.desc())
    )
    states = (await tx.execute(decided)).scalars()
    return len(list(takewhile(lambda state: state == CANCELLED, states)))


async def page(tx: Tx, sealer: Sealer, states: Sequence[str], limit: int) -> list[Case]:
    """Cases in these states, the longest waiting first."""
    wanted = (
        select(assisted_recoveries)
        .where(assisted_recoveries.c.state.in_(states))
        .order_by(assisted_recoveries.c.created_at, assisted_recoveries.c.id)
        .limit(limit)
    )
    return [_case(sealer, row) for row in await tx.execute(wanted)]


async def due(tx: Tx, sealer: Sealer, now: int, limit: int) -> list[Case]:
    """Cases whose state has ended by itself."""
    wanted = (
        select(assisted_recoveries)
        .where(assisted_recoveries.c.state.in_((OPEN, *UNDER_WAY)), assisted_recoveries.c.due_at <= now)
        .order_by(assisted_recoveries.c.due_at)
        .limit(limit)
    )
    return [_case(sealer, row) for row in await tx.execute(wanted)]


async def move(tx: Tx, case: Case, state: str, **values: Any) -> bool:
    """Take a case from the state in which it was read to another; False when somebody was faster."""
    moved = await tx.execute(
        update(assisted_recoveries)
        .where(assisted_recoveries.c.id == case.id, assisted_recoveries.c.state == case.state)
        .values(state=state, **values)
    )
    return moved.rowcount == 1


async def _one(tx: Tx, sealer: Sealer, wanted: Any) -> Case | None:
    newest = select(assisted_recoveries).where(wanted).order_by(assisted_recoveries.c.id.desc()).limit(1)
    row = (await tx.execute(newest)).first()
    return None if row is None else _case(sealer, row)


def _case(sealer: Sealer, row: Any) -> Case:
    columns = assisted_recoveries.c
    values = {name: row._mapping[columns[name]] for name in Case.__slots__ if name != "contact"}
    contact = sealer.open(_place(row.id), row.contact_sealed).decode()
    return Case(**{**values, "checked": tuple(row.checked), "contact": contact, "overridden": bool(row.overridden)})


def _place(case_id: UUID) -> Place:
    return Place("assisted_recoveries", "contact", case_id)
