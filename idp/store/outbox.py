"""The outbox: what shall leave the house is written in the same transaction as the reason for it.

At least once, and recognisable: the row's id is the stem of the Message-ID and of the logout token's `jti`, so that a
second copy can be told. A worker leases rows, delivers, and settles them; a worker that dies loses only its lease.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, func, or_, select, update

from idp.base.clock import Clock
from idp.base.opaque import Entropy, uuid7
from idp.store import breakers
from idp.store.database import Tx
from idp.store.encrypted import Place, SealBroken, Sealer
from idp.store.tables import breakers as breaker_rows
from idp.store.tables import outbox

MAIL, SMS, BACKCHANNEL, REGISTRY = "mail", "sms", "backchannel", "registry"
KINDS = (MAIL, SMS, BACKCHANNEL, REGISTRY)

# Seconds until the next try after the first, second, … failure; after the last of them the row is dead.
BACKOFF = (5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)

OF_USE = 600
"""How long a message that was lost on its way is worth sending by another, in seconds: as long as a code lives."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to deliver. `payload` may hold a code or a link: never log it."""

    id: UUID
    kind: str
    target: str
    subject_id: UUID | None
    payload: Mapping[str, Any]
    attempts: int
    created_at: int
    route: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """Who took a message, and whether a receipt is still to come."""

    gateway: str
    awaited: bool


class Outbox:
    """Put, claim, settle."""

    def __init__(self, sealer: Sealer, clock: Clock, entropy: Entropy) -> None:
        self._sealer = sealer
        self._clock = clock
        self._entropy = entropy

    async def put(
        self,
        tx: Tx,
        kind: str,
        target: str,
        payload: Mapping[str, Any],
        subject_id: UUID | None = None,
        *,
        void: bool = False,
    ) -> UUID:
        """Write one item; it is delivered if and only if the transaction commits.

        A `void` item is settled at birth and goes nowhere: the same work, so that nobody can tell by the clock whether
        there was somebody to write to. Its payload is written as well, since its size costs most, and forgotten later.
        """
        now = self._clock.now()
        item = uuid7(self._entropy, self._clock.milliseconds())
        await tx.execute(
            outbox.insert().values(
                id=item,
                kind=kind,
                target="" if void else target,
                subject_id=subject_id,
                payload_sealed=self.seal(item, payload),
                state="delivered" if void else "waiting",
                attempts=0,
                created_at=now,
                available_at=now,
                leased_until=0,
                settled_at=now if void else None,
            )
        )
        return item

    def seal(self, item: UUID, payload: Mapping[str, Any]) -> bytes:
        """The payload as it lies in the table."""
        return self._sealer.seal(Place("outbox", "payload", item), orjson.dumps(payload))

    def _due(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """What may be delivered now: due, not leased, and no open breaker before its target."""
        now, target = self._clock.now(), breaker_rows.alias()
        return (
            select(*columns)
            .outerjoin(target, target.c.target == outbox.c.kind + ":" + outbox.c.target)
            .where(
                outbox.c.state == "waiting",
                outbox.c.available_at <= now,
                outbox.c.leased_until <= now,
                or_(target.c.open_until.is_(None), target.c.open_until <= now),
            )
        )

    async def due(self, tx: Tx) -> set[str]:
        """The kinds of which something may be delivered now; a read, so that an idle worker locks nothing."""
        return set((await tx.execute(self._due(outbox.c.kind).distinct())).scalars())

    async def claim(self, tx: Tx, kind: str, limit: int = 20, lease: int = 60) -> list[Item]:
        """Lease up to `limit` due items of a kind for `lease` seconds, oldest first."""
        now = self._clock.now()
        due = (
            self._due(outbox.c.id)
            .where(outbox.c.kind == kind)
            .order_by(outbox.c.available_at, outbox.c.id)
            .limit(limit)
        )
        if tx.dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True, of=outbox)
        claimed = (
            update(outbox)
            .where(outbox.c.id.in_(due))
            .values(leased_until=now + lease, attempts=outbox.c.attempts + 1)
            .returning(outbox)
        )
        rows = (await tx.execute(claimed)).all()
        items: list[Item] = []
        for row in sorted(rows, key=lambda row: row.id):
            try:
                payload = orjson.loads(self._sealer.open(Place("outbox", "payload", row.id), row.payload_sealed))
            except SealBroken:
                # One row that no key opens must not keep all others from leaving.
                await self._settle(tx, row.id, "dead", "the payload cannot be opened")
                continue
            items.append(
                Item(row.id, row.kind, row.target, row.subject_id, payload, row.attempts, row.created_at, row.route)
            )
        return items

    async def _settle(self, tx: Tx, item: UUID, state: str, error: str | None, **values: Any) -> None:
        values |= {"state": state, "last_error": error, "settled_at": self._clock.now(), "leased_until": 0}
        await tx.execute(update(outbox).where(outbox.c.id == item).values(**values))

    async def delivered(self, tx: Tx, item: Item, taken: Taken | None = None) -> None:
        """Settle an item that was taken; its payload is forgotten, unless a receipt may yet bring it back, and its breaker closed."""
        values: dict[str, Any] = {} if taken is None else {"gateway": taken.gateway}
        if taken is None or not taken.awaited:
            values["payload_sealed"] = None
        await self._settle(tx, item.id, "delivered", None, **values)
        await breakers.recovered(tx, f"{item.kind}:{item.target}")

    async def receipt(self, tx: Tx, gateway: str, item: UUID, *, arrived: bool, further: bool) -> bool:
        """What the network says of a message that `gateway` took; False if that gateway took no such message, or it was said already.

        One that was lost while it is still of use goes on with the gateway after this one, if there is any (`further`).
        """
        now = self._clock.now()
        told = await tx.execute(
            update(outbox)
            .where(
                outbox.c.id == item,
                outbox.c.gateway == gateway,
                outbox.c.state == "delivered",
                outbox.c.receipt.is_(None),
            )
            .values(receipt="arrived" if arrived else "lost")
            .returning(outbox.c.created_at)
        )
        sent = told.first()
        if sent is None:
            return False
        if arrived or not further or sent.created_at <= now - OF_USE:
            await tx.execute(update(outbox).where(outbox.c.id == item).values(payload_sealed=None))
        else:
            await tx.execute(
                update(outbox)
                .where(outbox.c.id == item, outbox.c.payload_sealed.is_not(None))
                .values(state="waiting", receipt=None, route=outbox.c.route + 1, available_at=now, settled_at=None)
            )
        return True

    async def forget(self, tx: Tx) -> int:
        """Empty what waited for a receipt that never came, once it is of no use any more; how many."""
        stale = update(outbox).where(
            outbox.c.state == "delivered",
            outbox.c.payload_sealed.is_not(None),
            outbox.c.created_at <= self._clock.now() - OF_USE,
        )
        return (await tx.execute(stale.values(payload_sealed=None))).rowcount

    async def newest(self, tx: Tx, subject_id: UUID, kind: str) -> str | None:
        """How the newest message about a subject stands: waiting, delivered, arrived, lost or dead; None if there is none."""
        row = (
            await tx.execute(
                select(outbox.c.state, outbox.c.receipt)
                .where(outbox.c.subject_id == subject_id, outbox.c.kind == kind)
                .order_by(outbox.c.id.desc())
                .limit(1)
            )
        ).first()
        return None if row is None else row.receipt or row.state

    async def failed(self, tx: Tx, item: Item, error: str, *, final: bool = False, blame: bool = True) -> bool:
        """Put an item back for later, or among the dead when it is out of tries or `final`; whether it is dead now.

        `blame` counts against the target's breaker: not for what is wrong with this one item, or strangers could close a
        mail domain for everybody. `error` holds no secret.
        """
        now = self._clock.now()
        dead = final or item.attempts > len(BACKOFF)
        if dead:
            await self._settle(tx, item.id, "dead", error[:200])
        else:
            values = {"last_error": error[:200], "leased_until": 0, "available_at": now + BACKOFF[item.attempts - 1]}
            await tx.execute(update(outbox).where(outbox.c.id == item.id).values(values))
        if blame:
            await breakers.failed(tx, f"{item.kind}:{item.target}", now)
        return dead

    async def dead(self, tx: Tx, *, before: UUID | None = None, limit: int = 50) -> list[Any]:
        """Dead items, newest first, older than the item `before` (keyset); without their payload."""
        shown = (
            outbox.c.id,
            outbox.c.kind,
            outbox.c.target,
            outbox.c.attempts,
            outbox.c.created_at,
            outbox.c.settled_at,
            outbox.c.last_error,
        )
        wanted = select(*shown).where(outbox.c.state == "dead").order_by(outbox.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(outbox.c.id < before)
        return list((await tx.execute(wanted)).all())

    async def revive(self, tx: Tx, item: UUID) -> bool:
        """Bring a dead item back to life; False if it is not dead."""
        revived = await tx.execute(
            update(outbox)
            .where(outbox.c.id == item, outbox.c.state == "dead")
            .values(state="waiting", attempts=0, available_at=self._clock.now(), settled_at=None)
        )
        return revived.rowcount == 1

    async def about(self, tx: Tx, subject_id: UUID, kind: str) -> list[tuple[str, str]]:
        """(target, state) of every item of `kind` about a subject; a participant sees which services confirmed."""
        rows = await tx.execute(
            select(outbox.c.target, outbox.c.state)
            .where(outbox.c.subject_id == subject_id, outbox.c.kind == kind)
            .order_by(outbox.c.id)
        )
        return [(row.target, row.state) for row in rows]

    async def untried(self, tx: Tx) -> dict[str, int]:
        """By kind, since when something due waits for its first try, in UNIX seconds; kinds without any are left out."""
        waiting = await tx.execute(
            select(outbox.c.kind, func.min(outbox.c.available_at).label("since"))
            .where(outbox.c.state == "waiting", outbox.c.available_at <= self._clock.now(), outbox.c.attempts == 0)
            .group_by(outbox.c.kind)
        )
        return {row.kind: row.since for row in waiting}

    async def depth(self, tx: Tx) -> dict[tuple[str, str], int]:
        """How many items there are by (kind, state), delivered ones left out; for metrics and the operator."""
        rows = await tx.execute(
            select(outbox.c.kind, outbox.c.state, func.count())
            .where(outbox.c.state != "delivered")
            .group_by(outbox.c.kind, outbox.c.state)
        )
        return {(kind, state): count for kind, state, count in rows}
