"""The example registry as a process, and registries that misbehave, on real sockets."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.processes import Child, accepts, free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "rahasia-registri"
PATIENT = {"patience": 60, "timeout": 60}


@contextmanager
def registry_service(folder: Path) -> Iterator[dict[str, Any]]:
    """`examples.registry`, running; the settings with which a provider asks it."""
    port = free_port()
    environment = {**os.environ, "REGISTRY_SECRET": SECRET, "REGISTRY_PORT": str(port)}
    child = Child([sys.executable, "-m", "examples.registry"], folder / "registry.log", cwd=ROOT, env=environment)
    try:
        child.wait_until(lambda: accepts("127.0.0.1", port))
        yield {"url": f"http://127.0.0.1:{port}/v1/cocokkan", "authorization": f"Bearer {SECRET}", **PATIENT}
    finally:
        child.stop()


@dataclass
class OddRegistry:
    """Answers every request with `answer`, raw bytes; None keeps the caller waiting until it hangs up."""

    url: str
    answer: bytes | None = None
    asked: list[bytes] = field(default_factory=list)

    def says(self, body: bytes, status: str = "200 OK") -> None:
        self.answer = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
            status.encode(),
            len(body),
            body,
        )


@asynccontextmanager
async def odd_registry() -> AsyncIterator[OddRegistry]:
    odd = OddRegistry("")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        odd.asked.append(head + await reader.readexactly(int(length[1]) if length else 0))
        if odd.answer is None:
            await reader.read()
        else:
            writer.write(odd.answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    odd.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/cocokkan"
    async with server:
        yield odd
