"""A crowd that asks the same thing in the same moment: one request, many connections, every byte ready beforehand.

A foreign client builds and reads each request for longer than the server answers it, which turns a race into a queue.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


class Crowd:
    """Open connections to one origin; see `crowd`."""

    def __init__(self, connections: list[Connection]) -> None:
        self._connections = connections

    async def ask(self, request: httpx2.Request) -> list[Answer]:
        """Send `request` on every connection before any answer is read."""
        sent = wire(request)
        for _, writer in self._connections:
            writer.write(sent)
        return [await answer(reader) for reader, _ in self._connections]


def wire(request: httpx2.Request) -> bytes:
    """The bytes of one HTTP/1.1 request."""
    head = [f"{request.method} {request.url.raw_path.decode()} HTTP/1.1".encode()]
    head += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join(head) + b"\r\n\r\n" + request.content


async def answer(reader: asyncio.StreamReader) -> Answer:
    """One answer that says how long it is, as those of the token endpoint do."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers: Mapping[str, str] = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    return Answer(int(head[0].split(" ")[1]), await reader.readexactly(int(headers["content-length"])))


@asynccontextmanager
async def crowd(origin: str, many: int) -> AsyncIterator[Crowd]:
    """`many` keep-alive connections to `origin`."""
    where = urlsplit(origin)
    connections = [await asyncio.open_connection(where.hostname, where.port) for _ in range(many)]
    try:
        yield Crowd(connections)
    finally:
        for _, writer in connections:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in connections), return_exceptions=True)
