"""T16 and T20 measured: what the real program's memory grows by while somebody sends more than it should take."""

import asyncio
import json
import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from idp.base.opaque import b64encode
from tests.support.processes import PATIENCE
from tests.support.servers import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

MEGABYTE = 1024
"""In the kilobytes of /proc."""
HALF_A_GIGABYTE = 500 * 1024 * 1024
MOST = 10 * MEGABYTE
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def alone(servers: Callable[..., Server]) -> Server:
    """One process, so that there is one memory to look at, after everything has been used once."""
    server = await asyncio.to_thread(servers(workers=1).start)
    await everything(server, Sizes.small)
    return server


class Memory:
    """The resident memory of a process; its highest point, once `begin` has forgotten earlier ones."""

    def __init__(self, server: Server) -> None:
        assert server._child is not None
        self._proc = Path(f"/proc/{server._child.process.pid}")

    def _read(self, name: str) -> int:
        lines = (self._proc / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))

    def begin(self) -> None:
        (self._proc / "clear_refs").write_text("5")
        self.before = self._read("VmRSS")

    def grown(self) -> int:
        """Kilobytes between where it began and the highest point since."""
        return self._read("VmHWM") - self.before


class Sizes:
    small, large = 1024 * 1024, HALF_A_GIGABYTE


async def pour(server: Server, head: bytes, size: int) -> int:
    """Send a request's head, then filling until `size` or until the server has had enough; the status it answers, 0 for none."""
    reader, writer = await asyncio.open_connection("localhost", server.port)
    piece = b"a" * 65_536
    try:
        writer.write(head)
        for _ in range(size // len(piece)):
            writer.write(piece)
            await writer.drain()
        writer.write(b"\r\n\r\n")
        await writer.drain()
    except ConnectionError:
        pass  # closed while we were still sending, as it should
    try:
        line = await asyncio.wait_for(reader.readline(), PATIENCE)
    except ConnectionError:
        line = b""
    writer.close()
    return int(line.split()[1]) if line.startswith(b"HTTP/1.1 ") else 0


async def floods(server: Server, size: int) -> None:
    """T16: heads, bodies and trailers without end. Whatever the answer, it is no success and no fault of ours."""
    begin = b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    for head, allowed in (
        (begin + b"Authorization: Bearer ", {431}),
        (b"GET /authorize?x=", {431, 400}),
        (begin + b"Content-Length: %d\r\n\r\nx=" % size, {413}),
        (begin + b"Transfer-Encoding: chunked\r\n\r\n%x\r\nx=" % size, {413}),
        (begin + b"Transfer-Encoding: chunked\r\n\r\n3\r\nx=y\r\n0\r\nTrailer: ", {400, 401, 431}),
    ):
        status = await pour(server, head, size)
        assert status in allowed | {0}, (status, head[-40:])


def bombs(size: int) -> Iterator[str]:
    """Tokens that would become large: `zip` in JWS and JWE, deep JSON in header and claims."""
    header = {"alg": "RS256", "zip": "DEF", "kid": "x"}
    packed = b64encode(zlib.compress(b"a" * size, 9)[2:-4])
    yield f"{b64encode(json.dumps(header).encode())}.{packed}.{b64encode(b'signature')}"
    jwe = {"alg": "dir", "enc": "A128GCM", "zip": "DEF"}
    yield f"{b64encode(json.dumps(jwe).encode())}..{b64encode(b'n' * 12)}.{packed}.{b64encode(b't' * 16)}"
    plain, sound = b64encode(b"{}"), b64encode(b'{"alg":"ES256"}')
    for deep in ("[" * 6000, '{"a":' * 2000, "[" * 3000 + "]" * 3000):
        yield f"{b64encode(deep.encode())}.{plain}.{plain}"
        yield f"{sound}.{b64encode(deep.encode())}.{plain}"


async def tokens(http: httpx2.AsyncClient, size: int) -> None:
    """T16: everywhere where a JWT is taken."""
    for bomb in bombs(size):
        assertion = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
        answer = await http.post("/token", data={**assertion, "client_assertion": bomb, "grant_type": "refresh_token"})
        assert answer.status_code in (400, 401, 413, 431)
        # What is longer than a head may be never gets there; the connection ends.
        if len(bomb) < 60_000:
            answer = await http.get("/userinfo", headers={"Authorization": f"Bearer {bomb}"})
            assert answer.status_code == 401
            answer = await http.get("/end_session", params={"id_token_hint": bomb})
            assert answer.status_code in (200, 303, 400)


async def documents(http: httpx2.AsyncClient) -> None:
    """T16: JSON that is deep, or says that it is long."""
    for deep in ("[" * 60_000, '{"jwks":' * 7_000, '{"redirect_uris":' + "[" * 30_000 + "]" * 30_000 + "}"):
        answer = await http.post("/register", content=deep, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 413)


async def strangers(http: httpx2.AsyncClient, many: int) -> None:
    """T20: names that nobody has, in everything that is looked up or counted."""
    chance = random.Random(many)
    for _ in range(many):
        name = chance.randbytes(200).hex()
        answers = [
            await http.get("/masuk", params={"ui_locales": name, "bahasa": name}, headers={"Accept-Language": name}),
            await http.get("/authorize", params={"client_id": name[:120], "ui_locales": name}),
            await http.post("/token", data={"grant_type": "x"}, auth=(name, name)),
            await http.get(f"/{name}"),
        ]
        assert all(answer.status_code < 500 for answer in answers)


async def everything(server: Server, size: int) -> None:
    await floods(server, size)
    async with server.http() as http:
        await tokens(http, size)
        await documents(http)
        await strangers(http, 20)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_t16_what_is_too_large_costs_no_memory(alone: Server) -> None:
    memory = Memory(alone)
    memory.begin()
    await floods(alone, Sizes.large)
    async with alone.http() as http:
        await tokens(http, 48 * 1024 * 1024)
        await documents(http)
    assert memory.grown() < MOST, f"{memory.grown()} kB"


async def check_strangers(server: Server, many: int) -> None:
    async with server.http() as http:
        await strangers(http, 100)
        memory = Memory(server)
        memory.begin()
        await strangers(http, many)
    assert memory.grown() < MOST, f"{memory.grown()} kB"


async def test_t20_invented_names_leave_nothing_behind(alone: Server) -> None:
    await check_strangers(alone, 100)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_t20_a_hundred_thousand_invented_names(alone: Server) -> None:
    """Four requests each; a million in this process alone is in tests/store/test_ephemeral.py."""
    await check_strangers(alone, 25_000)
