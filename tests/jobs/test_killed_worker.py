"""F7 of security.md on the real program: a worker that dies around a delivery loses nothing, and repeats itself exactly."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest

from idp import worker
from idp.app import open_provider
from idp.base.clock import ManualClock, SystemClock
from idp.base.opaque import b64decode
from idp.flows import register_client
from idp.jobs.delivery import LEASE
from tests.jobs.http_server import HttpServer
from tests.jobs.outbox import put_logout, put_mail, put_sms, state
from tests.jobs.test_mail import without_peer
from tests.support.mail import MailServer
from tests.support.servers import Server, Storage, settings_for

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]


def copies(kind: str, mail_server: MailServer, web: HttpServer) -> list[Any]:
    """What arrived outside, reduced to what has to be the same in every copy."""
    if kind == "mail":
        return [without_peer(letter.message.as_bytes()) for letter in mail_server.received if letter.message]
    if kind == "sms":
        return [request.body for request in web.received]
    tokens = (parse_qs(request.body.decode())["logout_token"][0] for request in web.received)
    claims = (orjson.loads(b64decode(token.split(".")[1])) for token in tokens)
    return [{name: one[name] for name in ("jti", "sub", "sid", "aud")} for one in claims]


@pytest.mark.parametrize(
    ("kind", "point"),
    [
        ("mail", "leased"),
        ("mail", "sent"),
        ("sms", "sent"),
        ("backchannel", "sent"),
        pytest.param("sms", "leased", marks=pytest.mark.long),
        pytest.param("backchannel", "leased", marks=pytest.mark.long),
    ],
)
async def test_f7_a_delivery_outlives_its_worker(
    place: Storage, mail_server: MailServer, web: HttpServer, kind: str, point: str
) -> None:
    """Killed before it sends, one copy arrives; killed before it settles, two that any receiver can tell to be one."""
    outside: Mapping[str, Any] = {
        "smtp": {"host": mail_server.host, "port": mail_server.port, "starttls": False},
        "sms": {"url": web.url, "body": '{"isi": "{text}", "ref": "{id}"}'},
    }
    clock = ManualClock(SystemClock().now())
    async with open_provider(settings_for(place, **outside), clock) as provider:
        if kind == "backchannel":
            wanted = {"redirect_uris": ["https://rp.example/cb"], "backchannel_logout_uri": web.url}
            made = await register_client.create(provider, wanted, by="the test")
            item = await put_logout(provider, made.client.client_id, provider.new_id())
        else:
            item = await (put_mail(provider) if kind == "mail" else put_sms(provider))
    environment = {
        "IDP_FAILPOINT": f"{kind}.{point}",
        "IDP_SMTP__HOST": mail_server.host,
        "IDP_SMTP__PORT": str(mail_server.port),
        "IDP_SMTP__STARTTLS": "false",
        "IDP_SMS__URL": web.url,
        "IDP_SMS__BODY": outside["sms"]["body"],
    }
    server = Server(place, environment=environment)
    await asyncio.to_thread(server.run_until_dead)
    already = copies(kind, mail_server, web)
    assert len(already) == (1 if point == "sent" else 0)
    async with open_provider(settings_for(place, **outside), clock) as provider:
        await worker.drain(provider)
        assert copies(kind, mail_server, web) == already, "the dead worker's lease still holds"
        clock.advance(LEASE + 300)
        await worker.drain(provider)
        assert await state(provider, item) == "delivered"
    arrived = copies(kind, mail_server, web)
    assert len(arrived) == len(already) + 1
    assert all(copy == arrived[0] for copy in arrived)
