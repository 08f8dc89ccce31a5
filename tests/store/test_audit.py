"""The audit chain: gapless, whoever links it, and broken by any change."""

import asyncio

import pytest
from sqlalchemy import update

from idp.base.clock import ManualClock
from idp.base.opaque import SystemEntropy
from idp.store.audit import Audit, Event
from idp.store.database import Database
from idp.store.tables import audit as table

pytestmark = pytest.mark.anyio


@pytest.fixture
def audit(clock: ManualClock) -> Audit:
    return Audit(clock, SystemEntropy())


async def append(database: Database, audit: Audit, number: int) -> None:
    async with database.transaction() as tx:
        await audit.append(tx, Event("session.started", actor="seseorang", detail={"number": number}))


async def chain(database: Database, audit: Audit) -> int:
    async with database.transaction() as tx:
        return await audit.chain(tx, 7)


async def test_several_workers_make_one_gapless_chain(database: Database, audit: Audit) -> None:
    for number in range(40):
        await append(database, audit, number)
    while True:
        linked = await asyncio.gather(*(chain(database, audit) for _ in range(4)))
        if not any(linked):
            break
    async with database.reading() as tx:
        assert await audit.verify(tx) == (40, None)
        assert sorted(row.sequence for row in await audit.read(tx, limit=100)) == list(range(1, 41))


@pytest.mark.parametrize("change", [{"actor": "orang lain"}, {"detail": {"number": 99}}, {"at": 1}])
async def test_a_changed_row_breaks_the_chain_at_its_place(
    database: Database, audit: Audit, change: dict[str, object]
) -> None:
    for number in range(5):
        await append(database, audit, number)
    await chain(database, audit)
    async with database.transaction() as tx:
        await tx.execute(update(table).where(table.c.sequence == 3).values(**change))
    async with database.reading() as tx:
        assert await audit.verify(tx) == (3, 3)


async def test_a_missing_row_breaks_the_chain(database: Database, audit: Audit) -> None:
    for number in range(5):
        await append(database, audit, number)
    await chain(database, audit)
    async with database.transaction() as tx:
        await tx.execute(table.delete().where(table.c.sequence == 2))
    async with database.reading() as tx:
        assert await audit.verify(tx) == (2, 2)
