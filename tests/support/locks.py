"""Moments at which one transaction waits for another."""

from sqlalchemy import text

from idp.store.database import Database, Tx

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
_NOTHING = text("SELECT 1")


async def waited_for(tx: Tx, by: int = 1) -> None:
    """Return as soon as `by` others wait for what `tx` holds. On PostgreSQL; give it an end with `asyncio.timeout`."""
    while (await tx.scalar(_WAITING) or 0) < by:
        pass  # each turn asks the server


async def queued_behind(database: Database, tx: Tx, by: int = 1) -> None:
    """Return as soon as `by` others wait for `tx` to end, on either database: for what it holds, or to be the next writer."""
    if database._writer is None:
        return await waited_for(tx, by)
    while len(database._writer._waiters or ()) < by:
        await tx.scalar(_NOTHING)
