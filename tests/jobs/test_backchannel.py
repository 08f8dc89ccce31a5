"""Back-channel logout: signed when it leaves, recognisable when it comes twice, and never holding up anything else."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from idp import worker
from idp.base.clock import ManualClock
from idp.base.jose import read_header
from idp.flows import register_client
from idp.provider import Provider
from idp.store.outbox import BACKOFF
from tests.jobs.http_server import HttpServer
from tests.jobs.outbox import put_logout, put_mail, row, state

pytestmark = pytest.mark.anyio

EVENT = "http://schemas.openid.net/event/backchannel-logout"


async def register(provider: Provider, web: HttpServer, **metadata: Any) -> str:
    wanted = {
        "redirect_uris": ["https://klaim.example/cb"],
        "backchannel_logout_uri": f"{web.url}/keluar?from=idp",
        **metadata,
    }
    return (await register_client.create(provider, wanted, by="the test")).client.client_id


def token(web: HttpServer, index: int = -1) -> str:
    [value] = parse_qs(web.received[index].body.decode())["logout_token"]
    return value


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_the_logout_token_is_what_the_specification_says(
    provider: Provider, web: HttpServer, clock: ManualClock, algorithm: str
) -> None:
    client_id = await register(provider, web, id_token_signed_response_alg=algorithm)
    session = provider.new_id()
    item = await put_logout(provider, client_id, session)
    clock.advance(5)
    await worker.drain(provider)
    [request] = web.received
    assert (request.method, request.path) == ("POST", "/keluar?from=idp")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert list(parse_qs(request.body.decode())) == ["logout_token"]
    header = read_header(token(web))
    assert (header["typ"], header["alg"]) == ("logout+jwt", algorithm)
    assert provider.keyring.verify(token(web), ("logout+jwt",)) == {
        "iss": provider.settings.issuer, "aud": client_id, "sub": "subject-of-the-sector", "sid": str(session),
        "iat": clock.now(), "exp": clock.now() + 120, "jti": str(item), "events": {EVENT: {}},
    }  # fmt: skip
    assert await state(provider, item) == "delivered"
    async with provider.database.reading() as tx:
        assert await provider.outbox.about(tx, session, "backchannel") == [(client_id, "delivered")]


async def test_a_retry_is_signed_anew_under_the_same_jti(
    provider: Provider, web: HttpServer, clock: ManualClock
) -> None:
    client_id = await register(provider, web)
    item = await put_logout(provider, client_id, provider.new_id())
    web.answers = [500]
    await worker.drain(provider)
    assert (await row(provider, item)).last_error == "answers 500"
    clock.advance(BACKOFF[0])
    await worker.drain(provider)
    first, second = (provider.keyring.verify(token(web, index)) for index in (0, 1))
    assert first["jti"] == second["jti"] == str(item)
    assert second["iat"] == first["iat"] + BACKOFF[0]
    assert await state(provider, item) == "delivered"


async def test_a_refused_token_is_tried_a_few_times(provider: Provider, web: HttpServer, clock: ManualClock) -> None:
    client_id = await register(provider, web)
    item = await put_logout(provider, client_id, provider.new_id())
    web.answers = [400] * 10
    for pause in BACKOFF[:4]:
        await worker.drain(provider)
        clock.advance(pause)
    assert len(web.received) == 3
    assert await state(provider, item) == "dead"


@pytest.mark.parametrize(("status", "expected"), [(204, "delivered"), (302, "waiting"), (404, "waiting")])
async def test_only_200_and_204_confirm(provider: Provider, web: HttpServer, status: int, expected: str) -> None:
    client_id = await register(provider, web)
    item = await put_logout(provider, client_id, provider.new_id())
    web.answers = [status]
    await worker.drain(provider)
    assert await state(provider, item) == expected
    assert len(web.received) == 1


async def test_one_broken_service_holds_up_neither_mail_nor_other_services(
    provider: Provider, web: HttpServer, clock: ManualClock
) -> None:
    broken = await register(provider, web, backchannel_logout_uri="http://127.0.0.1:1/keluar")
    healthy = await register(provider, web)
    for _ in range(6):
        await put_logout(provider, broken, provider.new_id())
        await worker.drain(provider)
    letter, told = await put_mail(provider), await put_logout(provider, healthy, provider.new_id())
    late = await put_logout(provider, broken, provider.new_id())
    await worker.drain(provider)
    assert (await state(provider, letter), await state(provider, told)) == ("delivered", "delivered")
    assert (await row(provider, late)).attempts == 0


async def test_a_client_that_is_gone_needs_no_telling(provider: Provider, web: HttpServer) -> None:
    client_id = await register(provider, web)
    item = await put_logout(provider, client_id, provider.new_id())
    await register_client.delete(provider, client_id, by="the test")
    await worker.drain(provider)
    assert await state(provider, item) == "dead"
    assert web.received == []
