"""Counts what a program asks of PostgreSQL: a proxy in front of the server that reads the frontend's messages as they pass."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Requests for encryption come ahead of the startup message and look like it (PostgreSQL protocol 3.0, section 55.7).
_ENCRYPTION = {80877103, 80877104}


@dataclass
class RoundTrips:
    """`count` goes up by one whenever a client has said something and now waits: Sync, or a simple Query.

    `url` is the database's address through the proxy, for whoever asked for it by its address.
    """

    port: int = 0
    count: int = 0
    connections: int = 0
    url: str = ""
    away: bool = False
    ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Let the database be away from now on: every connection ends, new ones at once."""
        self.away = True
        for end in self.ends:
            end.close()


@asynccontextmanager
async def counted(database_url: str) -> AsyncIterator[RoundTrips]:
    """A proxy to the PostgreSQL of an SQLAlchemy address."""
    parts = urlsplit(database_url)
    assert parts.hostname
    assert parts.port
    async with round_trips(parts.hostname, parts.port) as seen:
        seen.url = database_url.replace(f":{parts.port}/", f":{seen.port}/")
        yield seen


@asynccontextmanager
async def round_trips(host: str, port: int) -> AsyncIterator[RoundTrips]:
    """A proxy on a loopback port to the PostgreSQL at `host` and `port`."""
    seen = RoundTrips()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if seen.away:
            return writer.close()
        running.add(task)
        seen.connections += 1
        server_reader, server_writer = await asyncio.open_connection(host, port)
        seen.ends.update((writer, server_writer))
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_answers(server_reader, writer))
                both.create_task(_questions(reader, server_writer, seen))
        except* (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            for end in (writer, server_writer):
                end.close()
            running.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
        await writer.drain()
    writer.close()


async def _questions(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: RoundTrips) -> None:
    try:
        while True:
            length = await reader.readexactly(4)
            rest = await reader.readexactly(struct.unpack("!I", length)[0] - 4)
            writer.write(length + rest)
            if struct.unpack("!I", rest[:4])[0] not in _ENCRYPTION:
                break
        while True:
            head = await reader.readexactly(5)
            rest = await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)
            if head[:1] in (b"S", b"Q"):
                seen.count += 1
            writer.write(head + rest)
            await writer.drain()
    except asyncio.IncompleteReadError:
        writer.close()
