"""One connection of a server: uvicorn's, with an end to what may come before, between and after the bytes of a body, and
with a look at the headers that may come once.

The parser hands a header over when it is whole, so what never ends would be kept until memory does (T16).
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from idp.commands.answers import Joined

MAX_HEAD = 65_536
"""Bytes of one request that are not its body: request line, headers, frames of chunks, trailers. Tickets take twelve thousand."""

_ONCE = frozenset({b"host", b"authorization", b"content-type"})
"""Of two of these, whoever stands in front of us may have read the other one."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Malformed(Exception):
    """Not a request of HTTP/1.1. The parser passes it on as a fault of its own, which is answered 400."""


class Connection(HttpToolsProtocol):
    """Counts what is not body, and hangs up (RFC 6585 section 5) when that is too much. Answers leave in one write."""

    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(Joined(transport, self.loop))

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        super().data_received(data)
        if self._head > MAX_HEAD and not self.transport.is_closing():
            answering: Any = self.cycle  # None until the first request, whatever its annotation says
            if answering is None or answering.response_complete:
                self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """RFC 9110 section 5.3: a field that is no list comes once; RFC 9112 section 3.2: `Host` exactly once."""
        once = [name for name, _ in self.headers if name in _ONCE]
        if len(once) != len(set(once)):
            raise Malformed("a header that may come once came twice")
        if b"host" not in once and self.parser.get_http_version() == "1.1":
            raise Malformed("Host is missing")
        super().on_headers_complete()
        # RFC 9110 section 6.5.1: what comes behind the body is no header, or anybody could add to what a proxy has checked.
        self.headers = []

    def on_body(self, body: bytes) -> None:
        self._head -= len(body)
        super().on_body(body)
