"""Connections for hot statements: taken, used once, given back, without a word to the server in between.

asyncpg's own pool wraps each connection in a proxy, resets it on release and keeps timers for it, which costs twice
what the statement itself does. Hot statements leave no session state behind, so none of that is needed here.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg


class Pool:
    """At most `size` connections, opened when first needed; the one used last is used next."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], size: int, patience: float) -> None:
        self._connect = connect
        self._size = size
        self._patience = patience
        self._open = 0
        self._idle: list[asyncpg.Connection] = []
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def fetchrow(self, statement: str, *arguments: Any) -> asyncpg.Record | None:
        """Run one autocommitted statement; its first row. TimeoutError when no connection comes free in time."""
        connection = self._idle.pop() if self._idle else await self._take()
        if connection.is_closed():
            self._give(connection)
            connection = await self._take()
        try:
            return await connection.fetchrow(statement, *arguments)
        except (asyncio.CancelledError, asyncpg.InternalClientError):
            # The statement may still be running there, or the driver has lost its way: it must not serve anybody else.
            connection.terminate()
            raise
        finally:
            self._give(connection)

    async def _take(self) -> asyncpg.Connection:
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
                self._open -= 1
            if self._open < self._size:
                return await self._new()
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                async with asyncio.timeout(self._patience):
                    await turn
            except BaseException:
                # A turn that was given to somebody who no longer waits goes to the next.
                if turn.done() and not turn.cancelled():
                    self._wake()
                raise

    async def _new(self) -> asyncpg.Connection:
        self._open += 1
        try:
            return await self._connect()
        except BaseException:
            self._open -= 1
            self._wake()
            raise

    def _give(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            self._open -= 1
        else:
            self._idle.append(connection)
        self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def close(self) -> None:
        """Drop every idle connection at once."""
        for connection in self._idle:
            connection.terminate()
        self._open -= len(self._idle)
        self._idle.clear()
