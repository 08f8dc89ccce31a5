"""Moments at which one transaction waits for another."""

from sqlalchemy import text

from idp.store.database import Tx

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")


async def waited_for(tx: Tx) -> None:
    """Return as soon as somebody waits for what `tx` holds. On PostgreSQL; give it an end with `asyncio.timeout`."""
    while not await tx.scalar(_WAITING):
        pass  # each turn asks the server
