"""The audit trail: appended inside the transaction of what it tells, chained afterwards by the worker.

A chain that every request had to extend would make all of them queue for its end. So rows are appended without a link;
the worker gives them gapless numbers and links them (SHA-256 over the previous link and the row). Rows younger than the
chain's end are protected by the database alone, for about a second.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, func, select, text, update

from idp.base.clock import Clock
from idp.base.opaque import Entropy, uuid7
from idp.store.database import Database, Statement, Tx
from idp.store.tables import audit

_FIRST_LINK = bytes(32)
_VERIFIED_AT_ONCE = 1000
_NOTE = Statement.both(
    "INSERT INTO audit (id, at, event, actor, account_id, client_id, session_id, network, detail)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id"
)
_LINK = update(audit).where(audit.c.id == bindparam("row")).values(sequence=bindparam("number"), link=bindparam("made"))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `detail` holds plain facts: never a secret, a code or a NIK."""

    event: str
    actor: str | None = None
    account_id: UUID | None = None
    client_id: str | None = None
    session_id: UUID | None = None
    network: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


class Audit:
    """Append, chain, verify, read. There is no way to change or delete a row."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy

    async def append(self, tx: Tx, event: Event) -> None:
        """Write one event; it stands if and only if the transaction commits."""
        await tx.execute(
            audit.insert().values(
                id=uuid7(self._entropy, self._clock.milliseconds()),
                at=self._clock.now(),
                event=event.event,
                actor=event.actor,
                account_id=event.account_id,
                client_id=event.client_id,
                session_id=event.session_id,
                network=event.network,
                detail=dict(event.detail),
            )
        )

    async def note(self, database: Database, event: Event) -> None:
        """Write one event that stands by itself, in one round trip; beside a change, `append` to its transaction instead."""
        await database.hot(
            _NOTE,
            uuid7(self._entropy, self._clock.milliseconds()),
            self._clock.now(),
            event.event,
            event.actor,
            event.account_id,
            event.client_id,
            event.session_id,
            event.network,
            orjson.dumps(dict(event.detail)).decode(),
        )

    async def chain(self, tx: Tx, limit: int = 1000) -> int:
        """Link the oldest unlinked rows; how many. One worker at a time: others find the lock taken and do nothing."""
        if tx.dialect.name == "postgresql" and not await tx.scalar(text("SELECT pg_try_advisory_xact_lock(71001)")):
            return 0
        end = (
            await tx.execute(
                select(audit.c.sequence, audit.c.link)
                .where(audit.c.sequence.is_not(None))
                .order_by(audit.c.sequence.desc())
                .limit(1)
            )
        ).first()
        sequence, link = (end.sequence, end.link) if end else (0, _FIRST_LINK)
        rows = (
            await tx.execute(select(audit).where(audit.c.sequence.is_(None)).order_by(audit.c.id).limit(limit))
        ).all()
        linked = []
        for row in rows:
            sequence, link = sequence + 1, _link(link, sequence + 1, row)
            linked.append({"row": row.id, "number": sequence, "made": link})
        if linked:
            await tx.execute(_LINK, linked)
        return len(rows)

    async def verify(self, tx: Tx) -> tuple[int, int | None]:
        """(rows checked, number of the first row that does not fit or None)."""
        link, expected = _FIRST_LINK, 0
        while rows := await self._linked(tx, expected):
            for row in rows:
                expected += 1
                link = _link(link, expected, row)
                if row.sequence != expected or row.link != link:
                    return expected, expected
        return expected, None

    async def _linked(self, tx: Tx, after: int) -> Sequence[Any]:
        wanted = select(audit).where(audit.c.sequence > after).order_by(audit.c.sequence).limit(_VERIFIED_AT_ONCE)
        return (await tx.execute(wanted)).all()

    async def read(
        self,
        tx: Tx,
        *,
        account_id: UUID | None = None,
        event: str | None = None,
        events: Sequence[str] | None = None,
        before: UUID | None = None,
        limit: int = 50,
    ) -> list[Any]:
        """The newest events first, older than the event `before` (keyset)."""
        wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if account_id is not None:
            wanted = wanted.where(audit.c.account_id == account_id)
        if event is not None:
            wanted = wanted.where(audit.c.event == event)
        if events is not None:
            wanted = wanted.where(audit.c.event.in_(events))
        if before is not None:
            wanted = wanted.where(audit.c.id < before)
        return list((await tx.execute(wanted)).all())

    async def event(self, tx: Tx, account_id: UUID, event_id: UUID) -> Any:
        """One event of an account; None for another account's."""
        wanted = select(audit).where(audit.c.id == event_id, audit.c.account_id == account_id)
        return (await tx.execute(wanted)).first()

    async def between(self, tx: Tx, events: Sequence[str], since: int, until: int, at_once: int) -> AsyncIterator[Any]:
        """Events of some kinds between two moments, oldest first, `at_once` rows per read."""
        wanted = select(audit).where(audit.c.event.in_(events), audit.c.at >= since, audit.c.at < until)
        # Ids begin with the millisecond of their birth, so nothing older than that is looked at.
        after = UUID(int=max(0, since) * 1000 << 80)
        while True:
            rows = (await tx.execute(wanted.where(audit.c.id > after).order_by(audit.c.id).limit(at_once))).all()
            for row in rows:
                yield row
            if len(rows) < at_once:
                return
            after = rows[-1].id

    async def append_all(self, tx: Tx, events: Sequence[Event]) -> None:
        """Write several events."""
        for event in events:
            await self.append(tx, event)

    async def unlinked(self, tx: Tx) -> int:
        """How many rows wait for their link."""
        return int(await tx.scalar(select(func.count()).where(audit.c.sequence.is_(None))) or 0)


def _link(previous: bytes, sequence: int, row: Any) -> bytes:
    body = [
        sequence,
        str(row.id),
        row.at,
        row.event,
        row.actor,
        str(row.account_id),
        row.client_id,
        str(row.session_id),
        row.network,
        row.detail,
    ]
    return hashlib.sha256(previous + orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()
