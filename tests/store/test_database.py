"""The database goes away under us: whatever the driver makes of it is "come again later", never a fault of ours."""

import asyncio

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from idp.base.errors import Unavailable
from idp.store.database import Database, Statement
from tests.support.locks import waited_for
from tests.support.servers import Storages

pytestmark = pytest.mark.anyio

_GATE = 3
_ASK = Statement.both("SELECT 1 AS one")
# Two statements that take two locks, each the other's first one last; between them both stop at a gate.
_ONE_THEN_TWO, _TWO_THEN_ONE = (
    Statement.both(
        f"SELECT pg_advisory_xact_lock({first}), pg_advisory_xact_lock_shared({_GATE}), pg_advisory_xact_lock({last})"
    )
    for first, last in ((1, 2), (2, 1))
)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("turns", range(5))
async def test_a_connection_that_ends_between_two_statements(
    storages: Storages, database: Database, turns: int
) -> None:
    """The server's farewell and the end of the line are two events; a statement may come before, between and after them."""
    assert storages.cluster
    name = database.engine.url.database
    others = f"FROM pg_stat_activity WHERE datname = '{name}'"
    await database.hot(_ASK)
    async with database.reading() as tx:
        await tx.exec_driver_sql("SELECT 1")
    storages.cluster.execute("postgres", f"SELECT pg_terminate_backend(pid) {others}")
    while storages.cluster.execute("postgres", f"SELECT count(*) {others}") != "0":
        pass  # the loop must not turn meanwhile, so nothing here awaits
    for _ in range(turns):
        await asyncio.sleep(0)
    for _ in range(2):
        try:
            assert await database.hot(_ASK)
        except Unavailable:
            continue
    for _ in range(2):
        try:
            async with database.reading() as tx:
                await tx.exec_driver_sql("SELECT 1")
        except Unavailable:
            continue
    assert await database.hot(_ASK), "and afterwards all is well"
    async with database.reading() as tx:
        await tx.exec_driver_sql("SELECT 1")


async def test_who_follows_changes_follows_on_after_one_that_could_not_be_read(database: Database) -> None:
    """Else a single broken row would leave a replica with the clients and keys of that moment for ever."""
    calls = 0
    followed = asyncio.Event()

    async def heard() -> None:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise ValueError("a row that nobody understands")
        followed.set()

    with capture_logs() as told:
        listening = asyncio.create_task(database.listen(heard))
        async with asyncio.timeout(60):
            await followed.wait()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
    assert [line["log_level"] for line in told] == ["error"], "said once, and not twice a second"


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_of_two_that_wait_for_each_other_the_one_that_is_ended_may_come_again(database: Database) -> None:
    async with database.transaction() as tx, asyncio.timeout(60):
        await tx.execute(text("SELECT pg_advisory_xact_lock(:gate)"), {"gate": _GATE})
        both = [asyncio.create_task(database.hot(statement)) for statement in (_ONE_THEN_TWO, _TWO_THEN_ONE)]
        await waited_for(tx, by=2)
    # Both are let through the gate at once. Which of the two ends is the server's choice, and not always the same.
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert [type(answer) for answer in answers if isinstance(answer, BaseException)] == [Unavailable]
    for statement in (_ONE_THEN_TWO, _TWO_THEN_ONE):
        assert await database.hot(statement)
