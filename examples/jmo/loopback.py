"""The way back from the system browser to the app: one port of this machine, open while an answer is awaited.

RFC 8252 §7.3. On a phone it would be a claimed https link (§7.2); both beat a custom scheme, which any app may take.
"""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlsplit

WAIT_SECONDS = 300
LINE_SECONDS = 10

# Gets the parameters of the answer; returns where the browser goes next, or None if the answer was not ours.
Receive = Callable[[dict[str, str]], Awaitable[str | None]]


class Loopback:
    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._timeout: asyncio.TimerHandle | None = None

    async def open(self, receive: Receive) -> str:
        """Listens for one answer, and returns the redirect URI to ask it for. An earlier wait is given up."""
        self.close()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                request_line = await asyncio.wait_for(reader.readline(), LINE_SECONDS)
                while (await asyncio.wait_for(reader.readline(), LINE_SECONDS)).strip():
                    pass  # the headers say nothing that matters here
                target = urlsplit(request_line.decode("ascii").split(" ")[1])
                onward = await receive(dict(parse_qsl(target.query))) if target.path == "/callback" else None
                status, more = ("303 See Other", f"Location: {onward}\r\n") if onward else ("404 Not Found", "")
                head = f"HTTP/1.1 {status}\r\n{more}Referrer-Policy: no-referrer\r\nCache-Control: no-store\r\n"
                writer.write(f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode("ascii"))
                await writer.drain()
                if onward:
                    self.close()
            except (TimeoutError, ValueError, IndexError, ConnectionError):
                pass  # a browser that opened a spare connection, or somebody knocking
            finally:
                writer.close()

        # 127.0.0.1 and not "localhost", which may resolve to another interface (RFC 8252 §8.3).
        self._server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=16_384)
        self._timeout = asyncio.get_running_loop().call_later(WAIT_SECONDS, self.close)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/callback"

    def close(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
        if self._server is not None:
            self._server.close()
        self._server = self._timeout = None
