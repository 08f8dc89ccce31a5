"""What the counters keep and what they forget."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, update

from idp.accounts import throttle
from idp.base.opaque import SystemEntropy, uuid7
from idp.base.settings import Limits
from idp.jobs import sweep
from idp.store import material
from idp.store.database import Database, Tx
from idp.store.tables import throttles
from tests.support.locks import waited_for
from tests.support.servers import House

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000
DAY = 86_400
LIMITS = Limits()
SOMEBODY = uuid7(SystemEntropy(), NOW * 1000)
PLACE = b"p" * 16


async def entered(database: Database, now: int = NOW) -> int | None:
    """One entry of a code that turns out wrong."""
    async with database.transaction() as tx:
        return await throttle.reserve_code(tx, SOMEBODY, PLACE, LIMITS, now)


async def test_fifteen_codes_a_day_and_no_more_however_many_come_at_once(database: Database) -> None:
    """T29: counted before they are compared, the first ones of an account too."""
    answers = await asyncio.gather(*(entered(database) for _ in range(40)))
    assert answers.count(None) == LIMITS.code_failures_per_day
    assert set(answers) == {None, NOW + DAY}


async def test_the_day_begins_with_its_first_failure(database: Database) -> None:
    for minute in range(15):
        assert await entered(database, NOW + 60 * minute) is None
    assert await entered(database, NOW + DAY - 1) == NOW + DAY
    assert await entered(database, NOW + DAY) is None


async def test_a_right_code_is_no_failure(database: Database) -> None:
    for _ in range(40):
        assert await entered(database) is None
        async with database.transaction() as tx:
            await throttle.give_back_code(tx, SOMEBODY, PLACE)


async def test_places_tell_nothing_without_the_key(tmp_path: Path) -> None:
    keys = [material.create(tmp_path / name, SystemEntropy()) for name in "ab"]
    one, other = (throttle.places(key, "203.0.113.1", b"d" * 16) for key in keys)
    every = [one.network, one.device, one.anywhere, one.codes, other.network, other.device, other.anywhere, other.codes]
    assert len(set(every)) == 8
    assert {len(place) for place in every} == {16}
    assert throttle.places(keys[0], "203.0.113.1", b"d" * 16) == one


async def test_old_rows_are_swept_save_those_that_still_refuse(house: House) -> None:
    now = house.clock.now()
    rows = {b"old": (3, now - 31 * DAY), b"new": (3, now), b"used up": (throttle.ANYWHERE_LIMIT, now - 400 * DAY)}
    async with house.provider.database.transaction() as tx:
        for place, (failures, at) in rows.items():
            values = {"subject": b"s", "place": place, "failures": failures, "blocked_until": 0, "updated_at": at}
            await tx.execute(throttles.insert().values(values))
    await sweep.sweep(house.provider)
    async with house.provider.database.reading() as tx:
        assert {row.place for row in await tx.execute(select(throttles))} == {b"new", b"used up"}


async def failed(tx: Tx, *where: tuple[bytes, bytes]) -> None:
    for subject, place in where:
        values = {"subject": subject, "place": place, "failures": 9, "blocked_until": NOW, "updated_at": NOW}
        await tx.execute(throttles.insert().values(values))


async def test_a_reset_forgets_every_place_of_an_account_and_of_no_other(database: Database, tmp_path: Path) -> None:
    key = material.create(tmp_path / "keys", SystemEntropy())
    anywhere = throttle.places(key, "203.0.113.1", b"d" * 16).anywhere
    async with database.transaction() as tx:
        await failed(tx, (b"s", b"1"), (b"s", b"2"), (b"s", anywhere), (b"t", anywhere))
        await throttle.clear_all(tx, key, b"s")
        assert [row.subject for row in await tx.execute(select(throttles))] == [b"t"]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_guess_in_the_moment_of_a_reset_does_not_end_it(database: Database, tmp_path: Path) -> None:
    """A guess is counted where it comes from, and then among all; a reset that went the other way would meet it halfway."""
    key = material.create(tmp_path / "keys", SystemEntropy())
    here, anywhere = b"\xff" * 16, throttle.places(key, "203.0.113.1", b"d" * 16).anywhere
    async with database.transaction() as tx:
        await failed(tx, (b"s", anywhere), (b"s", here))

    async def reset() -> None:
        async with database.transaction() as tx:
            await throttle.clear_all(tx, key, b"s")

    counted = update(throttles).values(failures=throttles.c.failures + 1)
    async with database.transaction() as tx, asyncio.timeout(60):
        await tx.execute(counted.where(throttles.c.place == here))
        resetting = asyncio.create_task(reset())
        await waited_for(tx)
        await tx.execute(counted.where(throttles.c.place == anywhere))
    await resetting
    async with database.reading() as tx:
        assert not (await tx.execute(select(throttles))).all()
