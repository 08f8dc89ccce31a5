"""The least that an ASGI application can do: what uvicorn alone costs. No routing, no checks, one ready answer."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

Message = MutableMapping[str, Any]

# As many bytes as the answer that it is compared with.
BODY = b"x" * int(os.environ.get("FLOOR_BODY_BYTES", "2"))
START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())],
}
END: Message = {"type": "http.response.body", "body": BODY}


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """GET answers at once; POST reads and parses a form first."""
    if scope["type"] != "http":
        return
    if scope["method"] == "POST":
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        dict(parse_qsl(body))
    await send(START)
    await send(END)
