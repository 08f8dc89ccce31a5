"""Everything that the tables hold of one account: read for its person, erased when they go.

Found by looking at the tables, not by a list of them: a table that comes later is in a person's copy, and goes with the
account, without anybody having to remember it.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Table, select

from idp.store.database import Tx
from idp.store.outbox import MAIL, SMS
from idp.store.tables import (
    accounts,
    audit,
    challenges,
    consent_history,
    metadata,
    outbox,
    privacy_requests,
    sessions,
    sign_ups,
    throttles,
)

# What proves something, or opens something, is nobody's to read: not even its owner's, whose session may be a thief's.
_SECRET = ("hash", "secret", "sealed", "credential", "public_key", "lookup", "index", "link")
_KEPT = frozenset({audit.name, consent_history.name, privacy_requests.name})
"""Tables that keep the account's id, and nothing else of the person, after it is gone."""


def tables() -> list[Table]:
    """The tables whose rows belong to an account, in the order of their names."""
    return [table for table in sorted(metadata.tables.values(), key=lambda one: one.name) if "account_id" in table.c]


def shown(table: Table) -> list[Column[Any]]:
    """The columns that a person's copy holds: all but what proves or opens something."""
    return [
        column
        for column in table.c
        if not isinstance(column.type, LargeBinary) and not any(word in column.name for word in _SECRET)
    ]


async def read(tx: Tx, account_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Table → rows, without what proves or opens something."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in [accounts, *tables()]:
        owner = table.c.id if table is accounts else table.c.account_id
        columns = shown(table)
        rows = await tx.execute(select(*columns).where(owner == account_id).order_by(*table.primary_key.columns))
        # Names as plain text: SQLAlchemy's own kind of text is none that JSON encoders take.
        names = [str(column.key) for column in columns]
        found[str(table.name)] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


async def erase(tx: Tx, account_id: UUID) -> dict[str, int]:
    """Delete the account with everything that is its person's; table → rows that went. What is kept has its id alone."""
    # What was sent, or is still to be sent, to the person; what services are told goes by sessions, and stays.
    messages = outbox.c.kind.in_((MAIL, SMS))
    resets = challenges.alias()
    steps = [
        # A code was asked for by a session, or by a reset of this account: it goes with whatever asked.
        (challenges, challenges.c.subject_id.in_(select(sessions.c.id).where(sessions.c.account_id == account_id))),
        (challenges, challenges.c.subject_id.in_(select(resets.c.id).where(resets.c.subject_id == account_id))),
        (challenges, challenges.c.subject_id == account_id),
        # A registration has the id of the account that it became.
        (sign_ups, sign_ups.c.id == account_id),
        (outbox, (outbox.c.subject_id == account_id) & messages),
        (throttles, throttles.c.subject == account_id.bytes),
        *((table, table.c.account_id == account_id) for table in tables() if table.name not in _KEPT),
        (accounts, accounts.c.id == account_id),
    ]
    gone: dict[str, int] = {}
    for table, condition in steps:
        count = (await tx.execute(table.delete().where(condition))).rowcount
        if count:
            gone[str(table.name)] = gone.get(str(table.name), 0) + count
    return gone
