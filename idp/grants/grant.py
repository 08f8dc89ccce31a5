"""A grant: one row is the whole life of one authorization, from its code over its refresh family to its revocation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, or_, select, update

from idp.grants import person
from idp.grants.person import Person
from idp.grants.tokens import Authentication
from idp.store.database import Database, Statement, Tx
from idp.store.tables import as_id, grants


@dataclass(frozen=True, slots=True)
class Grant:
    """What was authorized, by whom, to whom, and how the person had signed in."""

    id: UUID
    account_id: UUID
    client_id: str
    session_id: UUID
    scope: str
    resources: list[str]
    claims: Mapping[str, Mapping[str, Any]]
    withheld: Sequence[str]
    nonce: str | None
    authentication: Authentication
    offline: bool
    generation: int
    created_at: int
    expires_at: int


def from_row(row: Mapping[str, Any]) -> Grant:
    """A grant from a row of a hot statement."""
    return Grant(
        as_id(row["id"]),
        as_id(row["account_id"]),
        row["client_id"],
        as_id(row["session_id"]),
        row["scope"],
        orjson.loads(row["resources"]),
        orjson.loads(row["claims"]) if row["claims"] else {},
        _names(row["withheld"]),
        row["nonce"],
        Authentication(row["auth_time"], row["acr"], orjson.loads(row["amr"])),
        bool(row["offline"]),
        row["generation"],
        row["created_at"],
        row["expires_at"],
    )


# What a token of this grant may still tell, in one read by primary key.
_READ = f"""
    SELECT g.id, g.account_id, g.client_id, g.scope, g.claims, g.withheld, g.revoked_at, g.created_at, a.status, a.not_before,
           {person.COLUMNS}
    FROM grants g JOIN accounts a ON a.id = g.account_id
    WHERE g.id = $1
"""
_LIVING = Statement.both(_READ)

# The same, and a note that something was told: at most one write an hour and grant, so that reading stays reading.
RELEASE_NOTED_EVERY = 3600
_NOTE = f"""
    UPDATE grants SET read_at = $2
    WHERE id = $1 AND revoked_at IS NULL AND (read_at IS NULL OR read_at <= $2::bigint - {RELEASE_NOTED_EVERY})
"""
_TELLING = Statement(f"WITH noted AS ({_NOTE}) {_READ}", (_READ, _NOTE.replace("::bigint", "")))


@dataclass(frozen=True, slots=True)
class Living:
    """A grant that still counts, as far as one of its tokens asks; `asked` are its single claims, by place."""

    id: UUID
    account_id: UUID
    client_id: str
    asked: Mapping[str, Mapping[str, Any]]
    withheld: Sequence[str]
    person: Person


async def living(database: Database, grant_id: UUID, told_at: int | None = None) -> Living | None:
    """The grant with its person; None if it is revoked, or its account may not be spoken of.

    `told_at` is given by whoever is about to tell claims of the person, who may want to know when.
    """
    row = await (database.hot(_LIVING, grant_id) if told_at is None else database.hot(_TELLING, grant_id, told_at))
    if row is None or row["revoked_at"] is not None:
        return None
    if row["status"] != "active" or row["created_at"] < row["not_before"]:
        return None
    asked = orjson.loads(row["claims"]) if row["claims"] else {}
    return Living(
        as_id(row["id"]), as_id(row["account_id"]), row["client_id"], asked, _names(row["withheld"]), Person.of(row)
    )


def _names(stored: str | None) -> list[str]:
    """A list of claim names as it lies; rows from before there was any have none."""
    names: list[str] = orjson.loads(stored) if stored else []
    return names


async def revoke(tx: Tx, grant_id: UUID, now: int, by: str) -> bool:
    """End one grant with all its tokens; False if it had ended."""
    ended = await tx.execute(
        update(grants)
        .where(grants.c.id == grant_id, grants.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )
    return ended.rowcount == 1


async def revoke_of_client(tx: Tx, account_id: UUID, client_id: str, now: int, by: str) -> None:
    """End every grant that a person gave a client."""
    await tx.execute(
        update(grants)
        .where(grants.c.account_id == account_id, grants.c.client_id == client_id, grants.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )


async def withhold(tx: Tx, account_id: UUID, client_id: str, names: Collection[str]) -> None:
    """Keep these claims from a client: in every grant of the account that it holds, not only in the next one."""
    await tx.execute(
        update(grants)
        .where(grants.c.account_id == account_id, grants.c.client_id == client_id, grants.c.revoked_at.is_(None))
        .values(withheld=sorted(names) or None)
    )


async def reached_by_client(tx: Tx, account_id: UUID, client_id: str) -> list[UUID]:
    """The sessions in which a client holds something of an account that still stands."""
    rows = await tx.execute(
        select(grants.c.session_id)
        .distinct()
        .where(
            grants.c.account_id == account_id,
            grants.c.client_id == client_id,
            grants.c.code_used_at.is_not(None),
            grants.c.revoked_at.is_(None),
        )
    )
    return sorted(rows.scalars())


async def releases(tx: Tx, account_id: UUID) -> list[Any]:
    """Every grant of an account that gave something, newest first: to whom, what, and when last."""
    wanted = (
        select(
            grants.c.client_id,
            grants.c.scope,
            grants.c.claims,
            grants.c.withheld,
            grants.c.code_used_at,
            grants.c.rotated_at,
            grants.c.read_at,
            grants.c.revoked_at,
        )
        .where(grants.c.account_id == account_id, grants.c.code_used_at.is_not(None))
        .order_by(grants.c.id.desc())
    )
    return list((await tx.execute(wanted)).all())


async def released_between(tx: Tx, since: int, until: int) -> list[Any]:
    """Every grant that gave something in a time, as far as it has not been swept. For an operator: reads the whole table."""
    last = func.coalesce(grants.c.read_at, grants.c.rotated_at, grants.c.code_used_at)
    wanted = select(grants.c.account_id, grants.c.client_id, grants.c.scope, grants.c.claims, grants.c.withheld).where(
        grants.c.code_used_at < until, or_(last >= since, grants.c.rotated_at >= since)
    )
    return list((await tx.execute(wanted)).all())


async def revoke_all_of_client(tx: Tx, client_id: str, now: int, by: str) -> None:
    """End every grant that a client holds, whoever gave it. Reads the whole table: for a client that goes away."""
    await tx.execute(
        update(grants)
        .where(grants.c.client_id == client_id, grants.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )


async def revoke_of_session(tx: Tx, session_id: UUID, now: int, by: str, *, offline_too: bool) -> None:
    """End the grants of a session; those with offline_access outlive a plain sign-out (Back-Channel Logout section 2.7)."""
    wanted = update(grants).where(grants.c.session_id == session_id, grants.c.revoked_at.is_(None))
    if not offline_too:
        wanted = wanted.where(grants.c.offline.is_(False))
    await tx.execute(wanted.values(revoked_at=now, revoked_by=by))


async def revoke_of_account(tx: Tx, account_id: UUID, now: int, by: str, *, but: UUID | None = None) -> None:
    """End every grant of an account, save those of the session `but`."""
    wanted = update(grants).where(grants.c.account_id == account_id, grants.c.revoked_at.is_(None))
    if but is not None:
        wanted = wanted.where(grants.c.session_id != but)
    await tx.execute(wanted.values(revoked_at=now, revoked_by=by))


async def clients_of_session(tx: Tx, session_id: UUID) -> list[str]:
    """The clients that received something in a session: those that its end must reach."""
    rows = await tx.execute(
        select(grants.c.client_id)
        .distinct()
        .where(grants.c.session_id == session_id, grants.c.code_used_at.is_not(None))
        .order_by(grants.c.client_id)
    )
    return list(rows.scalars())


async def reached_by_account(
    tx: Tx, account_id: UUID, sessions: list[UUID], but: UUID | None
) -> list[tuple[UUID, str]]:
    """(session, client) of everything that still stands for an account: its live `sessions`, and grants that outlived theirs."""
    rows = await tx.execute(
        select(grants.c.session_id, grants.c.client_id)
        .distinct()
        .where(
            grants.c.account_id == account_id,
            grants.c.code_used_at.is_not(None),
            or_(grants.c.revoked_at.is_(None), grants.c.session_id.in_(sessions)),
        )
    )
    return sorted((row.session_id, row.client_id) for row in rows if row.session_id != but)


@dataclass(frozen=True, slots=True)
class Connection:
    """What a client holds of an account: everything it was granted and may still use. Times are UNIX seconds."""

    client_id: str
    since: int
    used: int
    scope: frozenset[str]
    claims: frozenset[str]


async def connections(tx: Tx, account_id: UUID, now: int) -> list[Connection]:
    """Every client that holds a live grant of an account, the one used last first."""
    rows = await tx.execute(
        select(grants.c.client_id, grants.c.scope, grants.c.claims, grants.c.created_at, grants.c.rotated_at).where(
            grants.c.account_id == account_id,
            grants.c.code_used_at.is_not(None),
            grants.c.revoked_at.is_(None),
            grants.c.expires_at > now,
        )
    )
    held: dict[str, Connection] = {}
    for row in rows:
        used = row.rotated_at or row.created_at
        asked = frozenset(name for place in (row.claims or {}).values() for name in place)
        known = held.get(row.client_id, Connection(row.client_id, row.created_at, used, frozenset(), frozenset()))
        held[row.client_id] = Connection(
            row.client_id,
            min(known.since, row.created_at),
            max(known.used, used),
            known.scope | frozenset(row.scope.split()),
            known.claims | asked,
        )
    return sorted(held.values(), key=lambda one: (-one.used, one.client_id))
