"""A report: something that was not its owner, or what somebody thinks of our pages. Each has a number to tell on the telephone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from idp.base.opaque import Entropy, choose
from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import reports

SUSPICIOUS, FEEDBACK = "suspicious", "feedback"
OPEN, CLOSED = "open", "closed"
CATEGORIES = ("masuk", "daftar", "halaman", "saran", "lain")
"""What the feedback form offers."""

MAX_TEXT, MAX_CONTACT = 2000, 254

# Without vowels and look-alikes: it is read out on the telephone, and should spell nothing.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Report:
    """One report; what was written is opened. Times are UNIX seconds."""

    id: UUID
    reference: str
    kind: str
    category: str
    about: UUID | None
    account_id: UUID | None
    network: str | None
    state: str
    created_at: int
    closed_at: int | None = None
    closed_by: str | None = None
    text: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)


_SHOWN = [reports.c[name] for name in Report.__slots__ if name not in ("text", "contact")]


def new_reference(entropy: Entropy) -> str:
    """`GB-7K3M-92QF`: 38 bits, so nobody comes upon another's by a slip of the tongue. It opens nothing."""
    drawn = choose(entropy, _ALPHABET, 8)
    return f"GB-{drawn[:4]}-{drawn[4:]}"


async def insert(tx: Tx, sealer: Sealer, report: Report) -> None:
    """Write a report; what the person wrote is sealed."""
    values = {name: getattr(report, name) for name in Report.__slots__ if name not in ("text", "contact")}
    await tx.execute(
        reports.insert().values(
            **values,
            text_sealed=_seal(sealer, "text", report.id, report.text),
            contact_sealed=_seal(sealer, "contact", report.id, report.contact),
        )
    )


async def about(tx: Tx, subjects: Sequence[UUID]) -> str | None:
    """The number of the report about one of these sessions or events, if there is one."""
    found: str | None = await tx.scalar(select(reports.c.reference).where(reports.c.about.in_(subjects)).limit(1))
    return found


async def find(tx: Tx, sealer: Sealer, reference: str) -> Report | None:
    """One report by its number."""
    row = (await tx.execute(select(reports).where(reports.c.reference == reference))).first()
    if row is None:
        return None
    values = {column.name: row._mapping[column.name] for column in _SHOWN}
    text, contact = (_open(sealer, name, row.id, row._mapping[f"{name}_sealed"]) for name in ("text", "contact"))
    return Report(**values, text=text, contact=contact)


async def page(tx: Tx, *, state: str | None = None, before: UUID | None = None, limit: int = 50) -> list[Report]:
    """Reports, newest first, older than the report `before` (keyset); what was written stays sealed."""
    wanted = select(*_SHOWN).order_by(reports.c.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(reports.c.state == state)
    if before is not None:
        wanted = wanted.where(reports.c.id < before)
    return [Report(**row._mapping) for row in await tx.execute(wanted)]


async def close(tx: Tx, reference: str, by: str, now: int) -> bool:
    """Close an open report; False if there is none of this number that is open."""
    closed = await tx.execute(
        update(reports)
        .where(reports.c.reference == reference, reports.c.state == OPEN)
        .values(state=CLOSED, closed_at=now, closed_by=by)
    )
    return closed.rowcount == 1


def _seal(sealer: Sealer, column: str, row: UUID, text: str) -> bytes | None:
    return sealer.seal(Place("reports", column, row), text.encode()) if text else None


def _open(sealer: Sealer, column: str, row: UUID, sealed: Any) -> str:
    return sealer.open(Place("reports", column, row), sealed).decode() if sealed else ""
