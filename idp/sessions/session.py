"""A session: who signed in, with what and when. The cookie holds its id and a secret; the table holds the secret's hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, update

from idp.base.opaque import Handle
from idp.base.settings import Lifetimes
from idp.sessions import levels
from idp.store.database import Tx
from idp.store.tables import as_id, sessions


@dataclass(frozen=True, slots=True)
class Session:
    """A live session as a request sees it."""

    id: UUID
    account_id: UUID
    factors: Mapping[str, int]
    chosen_at: int
    created_at: int
    seen_at: int
    expires_at: int
    device: bytes | None = None
    network: str | None = None
    user_agent: str | None = None
    held_at: int | None = None
    public_device: bool = False

    @property
    def auth_time(self) -> int:
        return levels.auth_time(self.factors)


@dataclass(frozen=True, slots=True)
class Alert:
    """A sign-in that its owner is to be told of: when (UNIX seconds), with what, where, and the rules that it met."""

    id: UUID
    at: int
    user_agent: str | None
    network: str | None
    risk: tuple[str, ...]


def live(row: Mapping[str, Any], lifetimes: Lifetimes, now: int) -> bool:
    """Whether a row of the table is a session that still counts: not ended, not idle for too long, not too old."""
    return row["ended_at"] is None and now < row["expires_at"] and now < row["seen_at"] + lifetimes.session_idle


def from_row(row: Mapping[str, Any], session_id: Any) -> Session:
    """A session from a row of a hot statement (JSON still text) or of Core."""
    factors = row["factors"]
    return Session(
        as_id(session_id),
        as_id(row["account_id"]),
        orjson.loads(factors) if isinstance(factors, str) else factors,
        row["chosen_at"],
        row["created_at"],
        row["seen_at"],
        row["expires_at"],
        row["device"],
        row["network"],
        row["user_agent"],
        row["held_at"],
        bool(row["public_device"]),
    )


async def insert(tx: Tx, handle: Handle, session: Session) -> None:
    """Begin a session. It always has a new id: a session from before sign-in is never raised (T21)."""
    await tx.execute(
        sessions.insert().values(
            id=handle.id,
            secret_hash=handle.secret_hash,
            account_id=session.account_id,
            factors=dict(session.factors),
            chosen_at=session.chosen_at,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
            device=session.device,
            network=session.network,
            user_agent=session.user_agent,
        )
    )


async def raise_to(tx: Tx, old: Handle, new: Handle, factors: Mapping[str, int], now: int) -> bool:
    """Write a further factor into the session `old`, whose secret becomes that of `new`; False if it was renewed or ended meanwhile.

    It waits for nothing any more, if it did.
    """
    raised = await tx.execute(
        update(sessions)
        .where(sessions.c.id == old.id, sessions.c.secret_hash == old.secret_hash, sessions.c.ended_at.is_(None))
        .values(secret_hash=new.secret_hash, factors=dict(factors), seen_at=now, held_at=None)
    )
    return raised.rowcount == 1


async def touch(tx: Tx, session_id: UUID, now: int) -> None:
    """Note that a session is in use."""
    await tx.execute(update(sessions).where(sessions.c.id == session_id, sessions.c.seen_at < now).values(seen_at=now))


async def end(tx: Tx, session_id: UUID, now: int, by: str) -> bool:
    """End one session; False if it had ended."""
    ended = await tx.execute(
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
    )
    return ended.rowcount == 1


async def live_of(tx: Tx, account_id: UUID, lifetimes: Lifetimes, now: int) -> list[Session]:
    """The live sessions of an account, newest first."""
    rows = await tx.execute(
        select(sessions)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.seen_at > now - lifetimes.session_idle,
        )
        .order_by(sessions.c.id.desc())
    )
    return [from_row(dict(row._mapping), row.id) for row in rows]


async def of_account(tx: Tx, account_id: UUID, wanted: Sequence[UUID]) -> list[Session]:
    """Those of the named sessions that belong to an account, ended ones too."""
    if not wanted:
        return []
    rows = await tx.execute(select(sessions).where(sessions.c.account_id == account_id, sessions.c.id.in_(wanted)))
    return [from_row(dict(row._mapping), row.id) for row in rows]


async def accounts_to_alert(tx: Tx, now: int, limit: int) -> list[UUID]:
    """Accounts with a sign-in whose owner is to be told by now."""
    due = select(sessions.c.account_id).where(sessions.c.alert_at <= now).distinct().limit(limit)
    return list((await tx.execute(due)).scalars())


async def take_alerts(tx: Tx, account_id: UUID) -> list[Alert]:
    """Every sign-in of an account that waits to be told, oldest first, those of the last minutes too; they wait no more."""
    taken = await tx.execute(
        update(sessions)
        .where(sessions.c.account_id == account_id, sessions.c.alert_at.is_not(None))
        .values(alert_at=None)
        .returning(sessions.c.id, sessions.c.chosen_at, sessions.c.user_agent, sessions.c.network, sessions.c.risk)
    )
    alerts = [
        Alert(row.id, row.chosen_at, row.user_agent, row.network, tuple((row.risk or "").split())) for row in taken
    ]
    return sorted(alerts, key=lambda one: (one.at, one.id))
