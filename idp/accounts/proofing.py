"""A check of an identity: submitted, then matched by a registry or looked at by an officer. An account's newest one counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from idp.base.clock import JAKARTA
from idp.store.database import Tx
from idp.store.tables import proofings

SUBMITTED, MATCHED, REVIEW = "submitted", "matched", "review"
APPROVED, REJECTED, REFERRED = "approved", "rejected", "referred"
STATES = (SUBMITTED, MATCHED, REVIEW, APPROVED, REJECTED, REFERRED)
OPEN = (SUBMITTED, MATCHED, REVIEW, REFERRED)
"""States that an officer may still decide; a match is decided as far as a registry can."""

DIFFERENT = "data_beda"
REASONS = ("buram", "silau", "terpotong", "bukan_asli", DIFFERENT, "wajah_tidak_terlihat", "kedaluwarsa")

NIK_BIRTHDATE, UNDER_AGE, PROVINCE = "nik_birthdate", "under_17", "unknown_province"
TAKEN, DECEASED, OFTEN_ASKED = "number_taken", "deceased", "often_asked"

REGISTRY, DOCUMENT, BRANCH = "registry", "document", "branch"

_WORKING_DAYS = 2
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Proofing:
    """One check. `reason` is why it was rejected; `flags` what an officer should look at. Times are UNIX seconds."""

    id: UUID
    account_id: UUID
    state: str
    created_at: int
    flags: tuple[str, ...] = ()
    reason: str | None = None
    decided_by: str | None = None
    decided_at: int | None = None
    documents_until: int | None = None


async def insert(tx: Tx, proofing: Proofing) -> None:
    """Write a new check, which from now on is the one that counts."""
    values = {name: getattr(proofing, name) for name in Proofing.__slots__}
    await tx.execute(proofings.insert().values({**values, "flags": list(proofing.flags)}))


async def read(tx: Tx, proofing_id: UUID) -> Proofing | None:
    """One check."""
    row = (await tx.execute(select(proofings).where(proofings.c.id == proofing_id))).first()
    return None if row is None else _proofing(row)


async def newest(tx: Tx, account_id: UUID) -> Proofing | None:
    """The check that counts for an account; of two that began in one second, the one that is not decided."""
    ordered = (proofings.c.created_at.desc(), proofings.c.decided_at.is_not(None), proofings.c.id.desc())
    wanted = select(proofings).where(proofings.c.account_id == account_id).order_by(*ordered).limit(1)
    row = (await tx.execute(wanted)).first()
    return None if row is None else _proofing(row)


async def count(tx: Tx, account_id: UUID, since: int) -> int:
    """How many checks an account began since a moment."""
    began = select(func.count()).where(proofings.c.account_id == account_id, proofings.c.created_at > since)
    return int(await tx.scalar(began) or 0)


async def page(tx: Tx, states: Sequence[str], limit: int) -> list[Proofing]:
    """Checks in these states, the longest waiting first."""
    wanted = (
        select(proofings)
        .where(proofings.c.state.in_(states))
        .order_by(proofings.c.created_at, proofings.c.id)
        .limit(limit)
    )
    return [_proofing(row) for row in await tx.execute(wanted)]


async def settle(
    tx: Tx,
    proofing: Proofing,
    state: str,
    *,
    by: str,
    now: int,
    flags: Sequence[str] = (),
    reason: str | None = None,
    documents_until: int | None = None,
) -> None:
    """Move a check on. The caller holds its account's lock."""
    decided = state in (MATCHED, APPROVED, REJECTED)
    await tx.execute(
        update(proofings)
        .where(proofings.c.id == proofing.id)
        .values(
            state=state, reason=reason, flags=list(dict.fromkeys((*proofing.flags, *flags))), decided_by=by if decided else None,
            decided_at=now if decided else None, documents_until=documents_until,
        )
    )  # fmt: skip


def target(created_at: int) -> int:
    """By when an officer should have looked: the end of the second working day after it, at 17.00 in Jakarta."""
    day = datetime.fromtimestamp(created_at, JAKARTA)
    left = _WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return int(day.replace(hour=17, minute=0, second=0, microsecond=0).timestamp())


def _proofing(row: Any) -> Proofing:
    return Proofing(**{**row._mapping, "flags": tuple(row.flags)})
