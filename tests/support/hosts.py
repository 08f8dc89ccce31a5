"""A host in the network that takes its time: what is done while a request of ours is out, a test decides."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus


@asynccontextmanager
async def host(
    meanwhile: Callable[[], Awaitable[None]], body: bytes = b"", status: HTTPStatus = HTTPStatus.OK
) -> AsyncIterator[str]:
    """Its URL. Each request is read, `meanwhile` is awaited, and only then comes the answer, the same every time."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await meanwhile()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
