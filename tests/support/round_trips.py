"""Counts how often a program waits for PostgreSQL: a proxy that reads along.

A round trip is a message after which a client waits for an answer: `Sync` ends one of the extended protocol, `Query` is
one of the simple protocol (PostgreSQL documentation, section 55.7).
"""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

_SSL_REQUEST = 80877103


class RoundTrips:
    """Counts since it was made; take differences."""

    def __init__(self, url: str) -> None:
        """`url` is the address that leads through the proxy."""
        self.url = url
        self.count = 0
        self._connections: list[asyncio.StreamWriter] = []
        self._away = False

    def opened(self, *connections: asyncio.StreamWriter) -> bool:
        """Take note of a connection's two ends; False, and they are closed, while the database is away."""
        self._connections.extend(connections)
        if self._away:
            self.cut()
        return not self._away

    def cut(self) -> None:
        """Let the database be away from now on: every connection ends, new ones at once."""
        self._away = True
        for connection in self._connections:
            connection.close()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what a client says, message by message."""
        started = False
        while True:
            kind = await reader.readexactly(1) if started else b""
            size = await reader.readexactly(4)
            body = await reader.readexactly(struct.unpack("!i", size)[0] - 4)
            # Before the start-up message there may be a request for TLS, which has no type either.
            started = started or struct.unpack("!i", body[:4])[0] != _SSL_REQUEST
            if kind in (b"S", b"Q"):
                self.count += 1
            writer.write(kind + size + body)
            await writer.drain()


@asynccontextmanager
async def counted(database_url: str) -> AsyncIterator[RoundTrips]:
    """A proxy in front of the database of `database_url`, which is on loopback."""
    parts = urlsplit(database_url)
    assert parts.hostname
    assert parts.port

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(parts.hostname, parts.port)
        if not trips.opened(writer, there_writer):
            return
        back = asyncio.create_task(_copy(there_reader, writer))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await trips.forward(reader, there_writer)
        there_writer.close()
        await back

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    trips = RoundTrips(urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{port}"))))
    async with server:
        yield trips
        trips.cut()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
