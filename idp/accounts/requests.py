"""What people ask about their own data (UU PDP 27/2022): one row per request, with the law's clock.

What they wrote, and what was answered, is sealed. The row stays when the account goes, without any of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from idp.store.database import Tx
from idp.store.encrypted import Place, Sealer
from idp.store.tables import privacy_exports, privacy_requests

ACCESS, CORRECT, RESTRICT, DELETE, WITHDRAW, OBJECT = "access", "correct", "restrict", "delete", "withdraw", "object"
OPEN, DONE, REFUSED, CANCELLED = "open", "done", "refused", "cancelled"

CLOCK = 3 * 24 * 3600
"""Seconds in which a request must be answered: 3 × 24 hours, whatever the day of the week."""

_AT_A_TIME = 50

LEGAL_HOLD = "legal_hold"
GROUNDS = ("safety", "others", "national_security", LEGAL_HOLD, "unproven")
"""Why a request may be refused. The first three are UU PDP art. 33; each is labelled `alasan.<ground>` in the catalogue."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it stands. `detail` is what is asked; times are UNIX seconds."""

    id: UUID
    account_id: UUID
    kind: str
    state: str
    created_at: int
    due_at: int
    detail: Mapping[str, str] = field(default_factory=dict, repr=False)
    outcome: str = field(default="", repr=False)
    ground: str | None = None
    runs_at: int | None = None
    decided_at: int | None = None
    decided_by: str | None = None
    link_hash: bytes | None = field(default=None, repr=False)


async def add(tx: Tx, sealer: Sealer, request: Request) -> bool:
    """Write a request; False when one of its kind is open already: then nothing is written."""
    values = {name: getattr(request, name) for name in Request.__slots__ if name not in ("detail", "outcome")} | {
        "detail_sealed": _seal(sealer, request.id, "detail", dict(request.detail)) if request.detail else None
    }
    try:
        async with tx.begin_nested():
            await tx.execute(privacy_requests.insert().values(values))
    except IntegrityError:
        return False
    return True


async def read(tx: Tx, sealer: Sealer, request_id: UUID) -> Request | None:
    """One request."""
    row = (await tx.execute(select(privacy_requests).where(privacy_requests.c.id == request_id))).first()
    return None if row is None else _request(sealer, row)


async def of(tx: Tx, sealer: Sealer, account_id: UUID, limit: int = 100) -> list[Request]:
    """The requests of an account, newest first."""
    wanted = select(privacy_requests).where(privacy_requests.c.account_id == account_id)
    rows = await tx.execute(wanted.order_by(privacy_requests.c.id.desc()).limit(limit))
    return [_request(sealer, row) for row in rows]


async def waiting(tx: Tx, sealer: Sealer, account_id: UUID, kind: str) -> Request | None:
    """The open request of a kind, if there is one."""
    wanted = select(privacy_requests).where(
        privacy_requests.c.account_id == account_id,
        privacy_requests.c.kind == kind,
        privacy_requests.c.state == OPEN,
    )
    row = (await tx.execute(wanted)).first()
    return None if row is None else _request(sealer, row)


async def held(tx: Tx, sealer: Sealer, account_id: UUID) -> Request | None:
    """The deletion of an account that was refused last because the law demands that the data is kept, if one was."""
    wanted = select(privacy_requests).where(
        privacy_requests.c.account_id == account_id,
        privacy_requests.c.kind == DELETE,
        privacy_requests.c.state == REFUSED,
        privacy_requests.c.ground == LEGAL_HOLD,
    )
    row = (await tx.execute(wanted.order_by(privacy_requests.c.decided_at.desc()).limit(1))).first()
    return None if row is None else _request(sealer, row)


async def undecided(tx: Tx, sealer: Sealer, account_id: UUID) -> list[Request]:
    """The open requests of an account; one of a kind at most."""
    wanted = select(privacy_requests).where(
        privacy_requests.c.account_id == account_id, privacy_requests.c.state == OPEN
    )
    return [_request(sealer, row) for row in await tx.execute(wanted.order_by(privacy_requests.c.id))]


async def queue(tx: Tx, sealer: Sealer, *, everything: bool = False, limit: int = 100) -> list[Request]:
    """Open requests, the one that is due first at the top; with `everything` decided ones too."""
    due = func.coalesce(privacy_requests.c.runs_at, privacy_requests.c.due_at)
    wanted = select(privacy_requests).order_by(due, privacy_requests.c.id).limit(limit)
    if not everything:
        wanted = wanted.where(privacy_requests.c.state == OPEN)
    return [_request(sealer, row) for row in await tx.execute(wanted)]


async def decide(
    tx: Tx,
    sealer: Sealer,
    request_id: UUID,
    state: str,
    by: str,
    now: int,
    *,
    ground: str | None = None,
    outcome: str = "",
) -> bool:
    """Close an open request. Of several who decide, or cancel, at once, one gets True."""
    decided = await tx.execute(
        update(privacy_requests)
        .where(privacy_requests.c.id == request_id, privacy_requests.c.state == OPEN)
        .values(
            state=state,
            decided_at=now,
            decided_by=by,
            ground=ground,
            outcome_sealed=_seal(sealer, request_id, "outcome", outcome) if outcome else None,
            link_hash=None,
        )
    )
    return decided.rowcount == 1


async def deletions(tx: Tx, now: int) -> list[UUID]:
    """Deletions whose waiting time is over, as many as are carried out at a time."""
    wanted = select(privacy_requests.c.id).where(
        privacy_requests.c.state == OPEN, privacy_requests.c.kind == DELETE, privacy_requests.c.runs_at <= now
    )
    return list((await tx.execute(wanted.order_by(privacy_requests.c.runs_at).limit(_AT_A_TIME))).scalars())


async def empty(tx: Tx, account_id: UUID) -> None:
    """Forget what was written in the requests of an account, and close what is open; that there were requests stays."""
    of_account = update(privacy_requests).where(privacy_requests.c.account_id == account_id)
    await tx.execute(of_account.values(detail_sealed=None, outcome_sealed=None, link_hash=None))
    await tx.execute(of_account.where(privacy_requests.c.state == OPEN).values(state=CANCELLED, decided_by="erasure"))


async def levels(tx: Tx, now: int) -> tuple[int, int]:
    """(open, overdue) requests. A deletion waits out its days by itself and is late only when it was not carried out."""
    late = func.coalesce(privacy_requests.c.runs_at, privacy_requests.c.due_at) < now
    wanted = select(func.count(), func.count().filter(late)).where(privacy_requests.c.state == OPEN)
    row = (await tx.execute(wanted)).one()
    return row[0], row[1]


async def keep_export(
    tx: Tx, sealer: Sealer, export_id: UUID, account_id: UUID, archive: bytes, now: int, until: int
) -> None:
    """Keep a copy of somebody's data, sealed, in place of any before it."""
    await tx.execute(privacy_exports.delete().where(privacy_exports.c.account_id == account_id))
    await tx.execute(
        privacy_exports.insert().values(
            id=export_id,
            account_id=account_id,
            archive_sealed=sealer.seal(Place("privacy_exports", "archive", export_id), archive),
            created_at=now,
            expires_at=until,
        )
    )


async def exports(tx: Tx, account_id: UUID, now: int) -> list[Any]:
    """The copies that an account may still download: id, created_at, expires_at."""
    wanted = select(privacy_exports.c.id, privacy_exports.c.created_at, privacy_exports.c.expires_at).where(
        privacy_exports.c.account_id == account_id, privacy_exports.c.expires_at > now
    )
    return list((await tx.execute(wanted)).all())


async def open_export(tx: Tx, sealer: Sealer, account_id: UUID, export_id: UUID, now: int) -> bytes | None:
    """A copy, to its owner alone and in time."""
    wanted = select(privacy_exports.c.archive_sealed).where(
        privacy_exports.c.id == export_id,
        privacy_exports.c.account_id == account_id,
        privacy_exports.c.expires_at > now,
    )
    sealed = (await tx.execute(wanted)).scalar()
    return None if sealed is None else sealer.open(Place("privacy_exports", "archive", export_id), sealed)


def _seal(sealer: Sealer, request_id: UUID, column: str, value: Any) -> bytes:
    return sealer.seal(Place("privacy_requests", column, request_id), orjson.dumps(value))


def _request(sealer: Sealer, row: Any) -> Request:
    def opened(column: str, sealed: bytes | None, otherwise: Any) -> Any:
        if sealed is None:
            return otherwise
        return orjson.loads(sealer.open(Place("privacy_requests", column, row.id), sealed))

    return Request(
        row.id,
        row.account_id,
        row.kind,
        row.state,
        row.created_at,
        row.due_at,
        opened("detail", row.detail_sealed, {}),
        opened("outcome", row.outcome_sealed, ""),
        row.ground,
        row.runs_at,
        row.decided_at,
        row.decided_by,
        row.link_hash,
    )
