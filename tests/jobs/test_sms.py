"""SMS through a templated HTTP gateway, or as files."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from idp import worker
from idp.provider import Provider
from tests.jobs.conftest import Providers
from tests.jobs.http_server import HttpServer
from tests.jobs.outbox import put_sms, row, state
from tests.support.outbox import Outbox

pytestmark = pytest.mark.anyio

AWKWARD = 'Kode "123456" {id} \\ {to}\nJangan beri tahu siapa pun'


async def test_the_template_is_filled_in_json(providers: Providers, web: HttpServer) -> None:
    sms = {
        "url": f"{web.url}/kirim",
        "authorization": "Bearer kunci",
        "body": '{"nomor": "{to}", "isi": "{text}", "ref": "{id}"}',
    }
    async with providers(sms=sms) as provider:
        item = await put_sms(provider, AWKWARD)
        await worker.drain(provider)
        assert await state(provider, item) == "delivered"
    [request] = web.received
    assert json.loads(request.body) == {"nomor": "+6281234567890", "isi": AWKWARD, "ref": str(item)}
    assert request.headers["authorization"] == "Bearer kunci"
    assert request.headers["content-type"] == "application/json"


async def test_the_template_is_filled_in_an_address(providers: Providers, web: HttpServer) -> None:
    async with providers(sms={"url": web.url + "/kirim?to={to}&text={text}", "method": "GET"}) as provider:
        await put_sms(provider, AWKWARD)
        await worker.drain(provider)
    [request] = web.received
    assert parse_qs(urlsplit(request.path).query) == {"to": ["+6281234567890"], "text": [AWKWARD]}


@pytest.mark.parametrize(("status", "expected"), [(503, "waiting"), (429, "waiting"), (401, "waiting"), (400, "dead")])
async def test_what_a_gateway_refuses(providers: Providers, web: HttpServer, status: int, expected: str) -> None:
    async with providers(sms={"url": web.url}) as provider:
        item = await put_sms(provider)
        web.answers = [status]
        await worker.drain(provider)
        kept = await row(provider, item)
        assert (kept.state, kept.last_error) == (expected, f"the SMS gateway answers {status}")


async def test_without_a_gateway_dev_mode_writes_a_file(provider: Provider) -> None:
    await put_sms(provider)
    await worker.drain(provider)
    [letter] = Outbox(provider.settings.var / "outbox").letters("+6281234567890")
    assert letter.code == "123456"
    assert letter.path.suffix == ".txt"
