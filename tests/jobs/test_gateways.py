"""Several gateways behind one port: fail-over, receipts, the day's spending, and what pages hear of an outage."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from idp import worker
from idp.accounts import sending
from idp.accounts.spending import spend
from idp.app import build
from idp.base.clock import ManualClock
from idp.base.settings import SettingsError, load
from idp.flows import channels
from idp.provider import Provider
from idp.store.tables import spending
from idp.web import management
from tests.jobs.conftest import Providers
from tests.jobs.http_server import HttpServer, http_server
from tests.jobs.outbox import put_mail, put_sms, row, state
from tests.support.hosts import host
from tests.support.locks import queued_behind
from tests.support.mail import MailServer

pytestmark = pytest.mark.anyio

TOKEN = "Rahasia-Gerbang-SMS-0123456789"


@pytest.fixture
def second() -> Iterator[HttpServer]:
    with http_server() as server:
        yield server


@pytest.fixture
async def provider(providers: Providers, web: HttpServer, second: HttpServer) -> AsyncIterator[Provider]:
    """Two gateways: the first tells what became of a message, the second is WhatsApp and tells nothing."""
    first = {"url": web.url, "receipts": TOKEN, "receipt_id": "message.ref", "receipt_state": "message.state"}
    async with providers(sms=first, gateways={"wa": {"url": second.url, "channel": "whatsapp"}}) as opened:
        yield opened


async def report(provider: Provider, *reports: Any, token: str = TOKEN) -> httpx2.Response:
    transport = httpx2.ASGITransport(build(provider), client=("203.0.113.5", 1))
    async with httpx2.AsyncClient(transport=transport, base_url=provider.settings.issuer) as http:
        body = reports[0] if len(reports) == 1 else list(reports)
        return await http.post("/receipts/sms", json=body, headers={"Authorization": f"Bearer {token}"})


def said(item: UUID, what: str) -> dict[str, Any]:
    return {"message": {"ref": str(item), "state": what}}


async def test_the_second_gateway_takes_what_the_first_cannot(
    provider: Provider, web: HttpServer, second: HttpServer
) -> None:
    item = await put_sms(provider)
    web.answers = [503]
    await worker.drain(provider)
    assert (await row(provider, item)).gateway == "wa"
    assert json.loads(second.received[0].body)["id"] == str(item)


async def test_what_the_first_refuses_for_good_is_not_sent_by_another(
    provider: Provider, web: HttpServer, second: HttpServer
) -> None:
    """A number that does not exist is none anywhere, and costs money everywhere."""
    item = await put_sms(provider)
    web.answers = [400]
    await worker.drain(provider)
    assert await state(provider, item) == "dead"
    assert second.received == []


async def test_a_gateway_in_trouble_rests_and_is_asked_again_later(
    provider: Provider, web: HttpServer, second: HttpServer, clock: ManualClock
) -> None:
    web.answers = [503] * 5
    for _ in range(7):
        await put_sms(provider)
        await worker.drain(provider)
    assert len(web.received) == 5
    assert len(second.received) == 7
    assert await channels.out_of_order(provider) == frozenset()
    clock.advance(61)
    await put_sms(provider)
    await worker.drain(provider)
    assert len(web.received) == 6
    assert len(second.received) == 7


async def test_when_no_gateway_answers_pages_hear_of_it(
    provider: Provider, web: HttpServer, second: HttpServer, clock: ManualClock
) -> None:
    web.answers, second.answers = [503] * 5, [503] * 5
    item = await put_sms(provider)
    for _ in range(5):
        await worker.drain(provider)
        clock.advance(1000)
        await put_sms(provider)
    web.answers, second.answers = [503] * 9, [503] * 9
    for _ in range(6):
        await put_sms(provider)
        await worker.drain(provider)
    assert channels.SMS in await channels.out_of_order(provider)
    web.answers, second.answers = [], []
    clock.advance(50_000)
    await worker.drain(provider)
    assert await state(provider, item) == "delivered"
    assert await channels.out_of_order(provider) == frozenset()


async def test_a_receipt_says_that_it_arrived(provider: Provider) -> None:
    item = await put_sms(provider)
    await worker.drain(provider)
    assert (await row(provider, item)).payload_sealed is not None
    assert (await report(provider, said(item, "sent"))).status_code == 204
    assert (await row(provider, item)).receipt is None
    assert (await report(provider, said(item, "delivered"))).status_code == 204
    kept = await row(provider, item)
    assert (kept.receipt, kept.payload_sealed) == ("arrived", None)


async def test_what_was_lost_goes_on_with_the_next_gateway_once(provider: Provider, second: HttpServer) -> None:
    item = await put_sms(provider)
    await worker.drain(provider)
    # Receipts come twice, and at once.
    await asyncio.gather(*(report(provider, said(item, "failed")) for _ in range(5)))
    await worker.drain(provider)
    await worker.drain(provider)
    assert len(second.received) == 1
    kept = await row(provider, item)
    assert (kept.state, kept.gateway, kept.payload_sealed) == ("delivered", "wa", None)


async def test_a_code_that_was_lost_too_long_ago_is_not_sent_again(
    provider: Provider, second: HttpServer, clock: ManualClock
) -> None:
    item = await put_sms(provider)
    await worker.drain(provider)
    clock.advance(601)
    await worker.drain(provider)
    assert (await row(provider, item)).payload_sealed is None
    await report(provider, said(item, "failed"))
    await worker.drain(provider)
    assert second.received == []
    assert (await row(provider, item)).receipt == "lost"


async def test_receipts_are_believed_with_their_token_only(provider: Provider) -> None:
    item = await put_sms(provider)
    await worker.drain(provider)
    for token in ("", "falsch", TOKEN + "x"):
        answer = await report(provider, said(item, "delivered"), token=token)
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["www-authenticate"]
    assert (await row(provider, item)).receipt is None


@pytest.mark.parametrize(
    "nonsense", [{}, [], {"message": "x"}, said(UUID(int=0), "x") | {"message": {"ref": 7}}, "x", 7]
)
async def test_nonsense_is_told_so(provider: Provider, nonsense: Any) -> None:
    answer = await report(provider, nonsense)
    assert answer.status_code in {204, 400}
    assert answer.status_code == 204 or answer.json()["error"] == "invalid_request"
    # A message that nobody sent is no fault of the caller's: it may have been swept.
    assert (await report(provider, said(UUID(int=1), "failed"))).status_code == 204


async def test_the_days_spending_ends_what_it_pays_for(
    providers: Providers, web: HttpServer, clock: ManualClock
) -> None:
    """T40: whoever pumps messages to one prefix uses up that prefix, and nobody else's."""
    caps = {"price": {"+62": 300, "+": 2000}, "per_day": 1500, "per_prefix_per_day": {"+62": 900}}
    async with providers(sms={"url": web.url}, spending=caps) as provider:
        items = [await put_sms(provider) for _ in range(5)]
        await worker.drain(provider)
        assert len(web.received) == 3
        dead = [each for each in items if await state(provider, each) == "dead"]
        assert (await row(provider, dead[0])).last_error == "the day's spending for +62 is used up"
        assert await channels.out_of_order(provider) == frozenset()
        clock.advance(86_400)
        await put_sms(provider)
        await worker.drain(provider)
        assert len(web.received) == 4


async def test_one_number_gets_so_many_in_a_day_whatever_they_are_about(
    providers: Providers, web: HttpServer, clock: ManualClock
) -> None:
    """T40: a number that its owner has proved is written to by notices too, which no journey counts."""
    async with providers(sms={"url": web.url}, limits={"sms_per_number": 2}) as provider:
        web.answers = [503]
        late = await put_sms(provider)
        await worker.drain(provider)
        assert await state(provider, late) == "waiting"
        items = [await put_sms(provider) for _ in range(2)]
        await worker.drain(provider)
        assert [await state(provider, each) for each in items] == ["delivered", "delivered"], (
            "what stayed counts nothing"
        )
        clock.advance(400)
        await worker.drain(provider)
        assert await state(provider, late) == "dead"
        error = (await row(provider, late)).last_error
        assert error == "this number has had its messages of a day"
        assert await channels.out_of_order(provider) == frozenset()
        other = await put_sms(provider, to="+6281399990000")
        await worker.drain(provider)
        assert await state(provider, other) == "delivered"
        clock.advance(86_400)
        again = await put_sms(provider)
        await worker.drain(provider)
        assert await state(provider, again) == "delivered"


async def test_how_much_of_the_day_is_spent_is_measured(providers: Providers, web: HttpServer) -> None:
    caps = {"price": {"+62": 300}, "per_day": 1200, "per_prefix_per_day": {"+62": 600, "+1": 0}}
    async with providers(sms={"url": web.url}, spending=caps) as provider:
        await put_sms(provider)
        await worker.drain(provider)
        transport = httpx2.ASGITransport(management.application(provider))
        async with httpx2.AsyncClient(transport=transport, base_url="http://management") as http:
            told = (await http.get("/metrics")).text
        for prefix, share in (("all", 0.25), ("+62", 0.5), ("+1", 1.0)):
            assert f'gerbang_sms_spending_share{{prefix="{prefix}"}} {share}' in told


async def test_when_all_is_spent_pages_hear_of_it_until_midnight(
    providers: Providers, web: HttpServer, clock: ManualClock
) -> None:
    async with providers(sms={"url": web.url}, spending={"price": {"+": 500}, "per_day": 900}) as provider:
        await put_sms(provider)
        await put_sms(provider)
        await worker.drain(provider)
        assert len(web.received) == 1
        assert await channels.out_of_order(provider) == {channels.SMS}
        clock.advance(86_400)
        assert await channels.out_of_order(provider) == frozenset()


async def test_what_did_not_leave_costs_nothing(providers: Providers, web: HttpServer, clock: ManualClock) -> None:
    async with providers(sms={"url": web.url}, spending={"price": {"+": 500}, "per_day": 500}) as provider:
        web.answers = [503, 503]
        item = await put_sms(provider)
        for _ in range(3):
            await worker.drain(provider)
            clock.advance(400)
        assert await state(provider, item) == "delivered"


async def test_what_did_not_leave_by_midnight_is_given_back_to_the_day_before(
    providers: Providers, clock: ManualClock
) -> None:
    """Else the new day could spend as much more, once for each message that was on its way at midnight."""

    async def midnight() -> None:
        clock.advance(20)

    clock.advance(-clock.now() % 86_400 - 10)
    dear = {"price": {"+": 500}, "per_day": 500}
    async with (
        host(midnight, status=HTTPStatus.SERVICE_UNAVAILABLE) as url,
        providers(sms={"url": url}, spending=dear) as provider,
    ):
        item = await put_sms(provider)
        await worker.drain(provider)
        assert await state(provider, item) == "waiting"
        async with provider.database.reading() as tx:
            spent = (await tx.execute(select(spending.c.day, spending.c.rupiah))).all()
    assert [tuple(row) for row in spent] == [(clock.now() // 86_400 - 1, 0)]


async def test_a_message_that_stays_waits_in_no_circle_with_the_next_one_to_its_number(providers: Providers) -> None:
    """Both count the number, and then what the day has left; so does whoever takes both counts back."""
    to, dear = "+6281234567890", {"price": {"+": 500}, "per_day": 5000}
    answering, refuse = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        answering.set()
        await refuse.wait()

    async with (
        host(late, status=HTTPStatus.SERVICE_UNAVAILABLE) as url,
        providers(sms={"url": url}, spending=dear) as provider,
        asyncio.timeout(60),
    ):
        item = await put_sms(provider, to=to)
        draining = asyncio.ensure_future(worker.drain(provider))
        await answering.wait()
        now = provider.clock.now()
        async with provider.database.transaction() as tx:
            assert await sending.leaves(tx, provider.material, to, 40, now)
            refuse.set()
            await queued_behind(provider.database, tx)
            assert await spend(tx, provider.settings.spending, to, now) is None
        await draining
        assert "503" in (await row(provider, item)).last_error
        async with provider.database.reading() as tx:
            assert await tx.scalar(select(spending.c.rupiah)) == 500


async def test_a_second_mail_server_takes_what_the_first_cannot(providers: Providers, mail_server: MailServer) -> None:
    smtp = {"host": "127.0.0.1", "port": 1, "starttls": False, "timeout": 60}
    fallback = {"host": mail_server.host, "port": mail_server.port, "starttls": False}
    async with providers(smtp=smtp, smtp_fallback=fallback) as provider:
        item = await put_mail(provider)
        await worker.drain(provider)
        assert await state(provider, item) == "delivered"
        assert len(mail_server.received) == 1


def test_an_order_of_gateways_names_gateways() -> None:
    with pytest.raises(SettingsError, match="GATEWAY_ORDER: cadangan is no gateway"):
        load({"IDP_GATEWAY_ORDER": "sms,cadangan"}, dev=True)
    settings = load(
        {
            "IDP_SMS__URL": "https://a.example",
            "IDP_GATEWAYS__WA__URL": "https://b.example",
            "IDP_GATEWAY_ORDER": "wa,sms",
        },
        dev=True,
    )
    assert list(settings.routes()) == ["wa", "sms"]
