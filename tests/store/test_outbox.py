"""The outbox table: leases, order, and payloads that only the house can read."""

import asyncio

import pytest
from sqlalchemy import select

from idp.base.clock import ManualClock
from idp.base.opaque import SystemEntropy
from idp.store import breakers, material
from idp.store.database import Database
from idp.store.encrypted import Sealer
from idp.store.outbox import Item, Outbox
from idp.store.tables import breakers as rows
from tests.support.servers import Storage

pytestmark = pytest.mark.anyio


@pytest.fixture
def outbox(storage: Storage, clock: ManualClock) -> Outbox:
    entropy = SystemEntropy()
    return Outbox(Sealer(material.create(storage.keys, entropy), entropy), clock, entropy)


async def fill(database: Database, outbox: Outbox, count: int) -> None:
    async with database.transaction() as tx:
        for number in range(count):
            await outbox.put(tx, "mail", "contoh.example", {"number": number})


async def claim(database: Database, outbox: Outbox, limit: int = 20) -> list[Item]:
    async with database.transaction() as tx:
        return await outbox.claim(tx, "mail", limit, lease=60)


async def test_two_workers_claim_disjoint_rows(database: Database, outbox: Outbox) -> None:
    await fill(database, outbox, 60)
    claims = await asyncio.gather(*(claim(database, outbox, 10) for _ in range(8)))
    ids = [item.id for items in claims for item in items]
    assert len(ids) == len(set(ids))
    assert await claim(database, outbox, 60 - len(ids) + 5) != [] or len(ids) == 60


async def test_a_lease_keeps_others_away_until_it_ends(database: Database, outbox: Outbox, clock: ManualClock) -> None:
    await fill(database, outbox, 1)
    [first] = await claim(database, outbox)
    clock.advance(59)
    assert await claim(database, outbox) == []
    clock.advance(1)
    [second] = await claim(database, outbox)
    assert (second.id, second.payload, second.attempts) == (first.id, {"number": 0}, 2)


async def test_nothing_leaves_when_its_reason_was_rolled_back(database: Database, outbox: Outbox) -> None:
    async def change_of_mind() -> None:
        async with database.transaction() as tx:
            await outbox.put(tx, "mail", "contoh.example", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_of_mind()
    assert await claim(database, outbox) == []


async def test_only_what_may_leave_now_is_due(database: Database, outbox: Outbox, clock: ManualClock) -> None:
    await fill(database, outbox, 1)
    async with database.reading() as tx:
        assert await outbox.due(tx) == {"mail"}
    await claim(database, outbox)
    async with database.reading() as tx:
        assert await outbox.due(tx) == set()


async def test_breakers_of_targets_that_nothing_waits_for_go(
    database: Database, outbox: Outbox, clock: ManualClock
) -> None:
    """Else whoever types invented domains by the thousand while the mail server is away leaves a row for each."""
    now = clock.now()
    async with database.transaction() as tx:
        await outbox.put(tx, "mail", "menunggu.example", {})
        for target in ("mail:karangan.example", "mail:menunggu.example", f"{breakers.SHARED}smtp"):
            await breakers.failed(tx, target, now)
        await breakers.trip(tx, "sms:spent", now + 90_000)
        assert await breakers.forget(tx, now + 86_399) == 1
        assert await breakers.forget(tx, now + 90_000) == 0
        left = await tx.execute(select(rows.c.target).order_by(rows.c.target))
        assert list(left.scalars()) == [f"{breakers.SHARED}smtp", "mail:menunggu.example", "sms:spent"]
