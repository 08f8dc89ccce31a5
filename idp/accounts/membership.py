"""What a registry says of a participant: numbers, category, state, and the companies that they act for."""

from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from idp.store.database import Tx
from idp.store.tables import memberships

CATEGORIES = ("PU", "BPU", "PMI", "JAKON")
ACTIVE, INACTIVE = "active", "inactive"


@dataclass(frozen=True, slots=True)
class Employer:
    """A company that a person acts for: its number, and as what."""

    npp: str
    peran: str


@dataclass(frozen=True, slots=True)
class Membership:
    """One worker may have several numbers (KPJ)."""

    numbers: tuple[str, ...] = field(repr=False)
    category: str
    status: str
    employers: tuple[Employer, ...] = ()


async def put(tx: Tx, account_id: UUID, membership: Membership | None, now: int) -> None:
    """Keep what a registry said just now, in place of what it said before."""
    await tx.execute(memberships.delete().where(memberships.c.account_id == account_id))
    if membership is not None:
        await tx.execute(
            memberships.insert().values(
                account_id=account_id, numbers=list(membership.numbers), category=membership.category, status=membership.status,
                employers=[asdict(one) for one in membership.employers], verified_at=now, asked_at=now,
            )
        )  # fmt: skip


async def read(tx: Tx, account_id: UUID) -> Membership | None:
    """A person's membership, if a registry confirmed one."""
    row = (await tx.execute(select(memberships).where(memberships.c.account_id == account_id))).first()
    return None if row is None else _membership(row)


async def any_due(tx: Tx, before: int) -> bool:
    """Whether there is anybody of whom `due` would tell; a read, so that an idle worker locks nothing."""
    wanted = select(memberships.c.account_id).where(_old(before)).limit(1)
    return (await tx.execute(wanted)).first() is not None


async def due(tx: Tx, before: int, now: int, limit: int) -> list[UUID]:
    """The accounts whose membership was last asked for before a moment; they count as asked for from now on."""
    wanted = select(memberships.c.account_id).where(_old(before)).order_by(memberships.c.asked_at).limit(limit)
    if tx.dialect.name == "postgresql":
        wanted = wanted.with_for_update(skip_locked=True)
    marked = update(memberships).where(memberships.c.account_id.in_(wanted)).values(asked_at=now)
    return list((await tx.execute(marked.returning(memberships.c.account_id))).scalars())


def _old(before: int) -> ColumnElement[bool]:
    return or_(memberships.c.asked_at.is_(None), memberships.c.asked_at < before)


def _membership(row: Any) -> Membership:
    employers = tuple(Employer(one["npp"], one["peran"]) for one in row.employers)
    return Membership(tuple(row.numbers), row.category, row.status, employers)
