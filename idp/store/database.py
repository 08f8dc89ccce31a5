"""The database: one transaction per request, and a short way for hot statements.

Two dialects, one definition of tables. Ordinary work goes through SQLAlchemy Core inside `transaction()`. The handful
of statements that decide how fast the provider is are `Statement`s: on PostgreSQL one text in one round trip on the
bare driver, where the autocommitted statement is its own transaction; on SQLite the same steps in one transaction,
since it has no UPDATE inside WITH.
"""

import asyncio
import contextlib
import re
import sqlite3
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from idp.base.errors import Unavailable
from idp.base.settings import Settings
from idp.store.pool import Pool
from idp.store.tables import as_id

# What the bare SQLite driver shall do with an id; SQLAlchemy's own columns do it through the `Id` type.
sqlite3.register_adapter(uuid.UUID, lambda value: value.bytes)

log = structlog.get_logger("gerbang.store")

Row = Mapping[str, Any]
Tx = AsyncConnection

# "The database cannot do this now", as the drivers say it.
_AWAY = (
    DBAPIError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # A statement between the server's farewell and the end of the line finds the driver in no state to send one.
    asyncpg.InternalClientError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    # Two that wait for each other: the server ends one of them, which may come again.
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresIOError,
    OSError,
    sqlite3.OperationalError,
)
_CHANNEL = "gerbang_changes"
_UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)
_ARGUMENT = re.compile(r"\$(\d+)(?:::\w+(?:\[\])?)?")


@dataclass(frozen=True, slots=True)
class Statement:
    """A hot statement: arguments are `$1`, `$2` … in both texts; a `::type` behind one is for PostgreSQL alone.

    `sqlite` are steps: the first answers, the others run only when it answered with a row.
    """

    postgres: str
    sqlite: tuple[str, ...]

    @classmethod
    def both(cls, statement: str) -> "Statement":
        """A statement whose text serves both dialects."""
        return cls(statement, (statement,))


class Database:
    """Engines and transactions. Raises Unavailable when the database cannot be reached."""

    def __init__(self, engine: AsyncEngine, pool: Pool | None) -> None:
        self.engine = engine
        self._pool = pool
        # SQLite has one writer; a queue in front of it costs less than its busy handler.
        self._writer = asyncio.Lock() if pool is None else None
        self._steps: dict[Statement, tuple[str, ...]] = {}

    @property
    def dialect(self) -> str:
        """`postgresql` or `sqlite`."""
        return self.engine.dialect.name

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One read-write transaction, committed at the end of the block, rolled back by any exception."""
        async with _reachable():
            if self._writer is None:
                async with self.engine.begin() as tx:
                    yield tx
            else:
                async with self._writer, self.engine.connect() as tx:
                    await tx.exec_driver_sql("BEGIN IMMEDIATE")
                    try:
                        yield tx
                    except BaseException:
                        await tx.rollback()
                        raise
                    await tx.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """A connection that only reads; each statement sees what is committed when it begins."""
        async with _reachable():
            if self._writer is None:
                async with self.engine.connect() as tx:
                    yield await tx.execution_options(isolation_level="AUTOCOMMIT")
            else:
                async with self.engine.connect() as tx:
                    yield tx
                    await tx.rollback()

    async def hot(self, statement: Statement, *arguments: Any) -> Row | None:
        """Run a hot statement, committed when this returns; its first row, or None. Unavailable while there is no database.

        Ids come back as the driver gives them: read them with `as_id`.
        """
        if self._pool is None:
            return await self._hot_sqlite(statement, arguments)
        try:
            row: Row | None = await self._pool.fetchrow(statement.postgres, *arguments)
        except _AWAY as error:
            raise Unavailable(f"database: {type(error).__name__}") from error
        return row

    async def _hot_sqlite(self, statement: Statement, arguments: tuple[Any, ...]) -> Row | None:
        steps = self._steps.get(statement)
        if steps is None:
            steps = self._steps[statement] = tuple(_ARGUMENT.sub(r":a\1", step) for step in statement.sqlite)
        named = {f"a{number}": value for number, value in enumerate(arguments, 1)}
        reads = len(steps) == 1 and steps[0].lstrip().upper().startswith("SELECT")
        async with self.reading() if reads else self.transaction() as tx:
            row = (await tx.exec_driver_sql(steps[0], named)).mappings().first()
            if row is not None:
                for step in steps[1:]:
                    await tx.exec_driver_sql(step, named)
            return row  # type: ignore[return-value]  # RowMapping is a Mapping keyed by column or name

    async def bump(self, tx: Tx, noun: str) -> None:
        """Tell every replica that its memory of `noun` is stale, effective at commit."""
        await tx.execute(text("UPDATE changes SET version = version + 1 WHERE noun = :noun"), {"noun": noun})
        if self._pool is not None:
            await tx.execute(text("SELECT pg_notify(:channel, :noun)"), {"channel": _CHANNEL, "noun": noun})

    async def versions(self) -> dict[str, int]:
        """The version of every noun that replicas keep in memory."""
        async with self.reading() as tx:
            return {row.noun: row.version for row in await tx.execute(text("SELECT noun, version FROM changes"))}

    async def listen(self, heard: Callable[[], Awaitable[None]]) -> None:
        """Call `heard` whenever something may have changed, within a second; runs until cancelled.

        PostgreSQL tells by NOTIFY on a connection of its own; a slow poll covers what a lost connection missed.
        SQLite is polled twice a second: one tiny read of a page that is in memory. What `heard` raises is logged, and it is
        called again soon: a replica that no longer listens would never hear that a client was turned off.
        """
        woken, missed = asyncio.Event(), ""
        connection: asyncpg.Connection | None = None
        try:
            while True:
                if self._pool is not None and (connection is None or connection.is_closed()):
                    connection = await self._listener(woken)
                # A lost listener, or a change that could not be taken over, is tried again as fast as SQLite is polled:
                # staleness stays below a second. Not `wait_for`: before Python 3.12 it forgets a cancellation that comes
                # together with the wake-up.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5 if missed or connection is None else 15.0):
                        await woken.wait()
                woken.clear()
                try:
                    await heard()
                    missed = ""
                except Exception as fault:
                    # Said once, and not twice a second for as long as it lasts.
                    if repr(fault) != missed and not isinstance(fault, Unavailable):
                        log.exception("a change could not be taken over")
                    missed = repr(fault)
        finally:
            if connection is not None:
                await connection.close(timeout=2)

    async def _listener(self, woken: asyncio.Event) -> asyncpg.Connection | None:
        try:
            connection = await asyncpg.connect(_asyncpg_dsn(self.engine), timeout=5)
        except _UNREACHABLE:
            return None
        try:
            connection.add_termination_listener(lambda *_: woken.set())
            await connection.add_listener(_CHANNEL, lambda *_: woken.set())
        except BaseException as error:
            # Cancelled or cut off between the two: nobody else knows of this connection.
            connection.terminate()
            if not isinstance(error, _UNREACHABLE):
                raise
            return None
        woken.set()
        return connection

    async def close(self) -> None:
        """Give every connection back."""
        if self._pool is not None:
            self._pool.close()
        await self.engine.dispose()


async def connect(settings: Settings) -> Database:
    """Open the database of the settings; connections are made when first needed."""
    if settings.sqlite:
        return Database(_sqlite_engine(settings), None)
    engine = create_async_engine(
        settings.database_url,
        pool_size=settings.database_pool,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=False,
        hide_parameters=True,
        connect_args={"timeout": 5, "command_timeout": 15},
    )

    async def hot_connection() -> asyncpg.Connection:
        return await asyncpg.connect(
            _asyncpg_dsn(engine), timeout=5, command_timeout=15, max_cached_statement_lifetime=0
        )

    return Database(engine, Pool(hot_connection, settings.database_pool, patience=5))


def _asyncpg_dsn(engine: AsyncEngine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _sqlite_engine(settings: Settings) -> AsyncEngine:
    if settings.sqlite_file is not None:
        settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        settings.database_url, pool_size=8, max_overflow=0, hide_parameters=True, connect_args={"timeout": 15}
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, record: Any) -> None:
        # The driver must not begin transactions by itself: `transaction()` says BEGIN IMMEDIATE, so that two writers
        # queue at their first statement instead of failing at their second.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


@asynccontextmanager
async def _reachable() -> AsyncIterator[None]:
    """Turn "the database cannot do this now" into Unavailable; let faults of ours through as they are."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except _AWAY as error:
        raise Unavailable(f"database: {type(error).__name__}") from error


__all__ = ["Database", "Row", "Statement", "Tx", "as_id", "connect"]
