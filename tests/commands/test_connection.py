"""What is no request of HTTP/1.1 is told so before anybody looks at it."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from idp.commands.connection import Connection
from idp.web.shell import App, Receive, Scope, Send

pytestmark = pytest.mark.anyio

HOST = "Host: sso.example"
LENGTH = "Content-Length: 3"


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """200, once the body was read."""
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def status(version: str, *headers: str, body: str = "a=b", app: App = application) -> int:
    """The status that a request with these headers is answered with."""
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    state = ServerState()
    listening = await asyncio.get_running_loop().create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
    try:
        reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
        writer.write("\r\n".join((f"POST /token HTTP/{version}", *headers, "Connection: close", "", body)).encode())
        line = await asyncio.wait_for(reader.readline(), 60)
        writer.close()
        await writer.wait_closed()
        return int(line.split()[1])
    finally:
        listening.close()


@pytest.mark.parametrize(
    ("version", "headers"),
    [
        ("1.1", (HOST, LENGTH)),
        ("1.0", (LENGTH,)),
        ("1.1", (HOST, LENGTH, "Authorization: Basic YTpi", "Content-Type: application/json", "Cookie: a=b", "Cookie: c=d")),
        ("1.1", (HOST, LENGTH, "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2")),
    ],
)  # fmt: skip
async def test_a_request_is_passed_on(version: str, headers: tuple[str, ...]) -> None:
    assert await status(version, *headers) == 200


@pytest.mark.parametrize(
    ("version", "headers"),
    [
        ("1.1", ("Accept: */*",)),
        ("1.1", (HOST, "host: other.example")),
        ("1.0", (HOST, HOST)),
        ("1.1", (HOST, "Authorization: Basic YTpi", "authorization: Bearer x")),
        ("1.1", (HOST, "Content-Type: application/x-www-form-urlencoded", "CONTENT-TYPE: application/json")),
        ("1.1", (HOST, "Content-Length: 3")),
    ],
)
async def test_what_may_come_once_comes_once(version: str, headers: tuple[str, ...]) -> None:
    """A proxy in front and we would each have read another one. The last is the parser's own."""
    assert await status(version, *headers, LENGTH) == 400


async def test_what_comes_behind_a_body_is_no_header() -> None:
    """A proxy has looked at the head alone: in a trailer anybody could name the address that we count by."""
    heads: list[list[bytes]] = []

    async def kept(scope: Scope, receive: Receive, send: Send) -> None:
        heads.append([name for name, _ in scope["headers"]])
        await application(scope, receive, send)

    body = "3\r\na=b\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\nAuthorization: Basic YTpi\r\n\r\n"
    assert await status("1.1", HOST, "Transfer-Encoding: chunked", body=body, app=kept) == 200
    assert heads == [[b"host", b"transfer-encoding", b"connection"]]
