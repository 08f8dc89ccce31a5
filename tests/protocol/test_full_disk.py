"""F5 of security.md: a disk that is full refuses what has to be written, and says when to come again; the rest answers."""

import asyncio
import resource
from collections.abc import Callable

import httpx2
import pytest

from tests.protocol.test_faults import OFFLINE, signed_in
from tests.support.servers import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

FULL = 128 * 1024
"""No file of the provider may grow beyond so many bytes; its log is far from it, its write-ahead log soon is not."""


def limit(server: Server, size: int) -> None:
    assert server._child is not None
    resource.prlimit(server._child.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_f5_a_full_disk_refuses_and_loses_nothing(servers: Callable[..., Server]) -> None:
    server = await asyncio.to_thread(servers().start)
    async with signed_in(server) as (party, browser):
        request, answer = await party.authorize(browser, None, OFFLINE)
        acknowledged = (await party.redeem(request, answer["code"])).refresh_token
        limit(server, FULL)
        refused: httpx2.Response | None = None
        for _ in range(300):
            said = await party.token(grant_type="refresh_token", refresh_token=acknowledged)
            if said.status_code != 200:
                refused = said
                break
            acknowledged = said.json()["refresh_token"]
        assert refused is not None, "the disk never became full"
        assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
        assert int(refused.headers["retry-after"]) > 0
        for path in ("/jwks", "/.well-known/openid-configuration"):
            assert (await party.http.get(path)).status_code == 200
        limit(server, resource.RLIM_INFINITY)
        tokens = await party.refresh(acknowledged)
        assert (await party.userinfo(tokens.access_token)).status_code == 200
        server.kill()
        await asyncio.to_thread(server.start)
        await party.refresh(tokens.refresh_token)
