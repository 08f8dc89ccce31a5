"""Moments at which one transaction waits for another."""

from sqlalchemy import text

from idp.store.database import Tx

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")


async def waited_for(tx: Tx, by: int = 1) -> None:
    """Return as soon as `by` others wait for what `tx` holds. On PostgreSQL; give it an end with `asyncio.timeout`."""
    while (await tx.scalar(_WAITING) or 0) < by:
        pass  # each turn asks the server
