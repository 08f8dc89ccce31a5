"""The loop and the timetable: quick, patient with failures, and gone when told to stop."""

import asyncio

import pytest
from sqlalchemy import func, select

from idp import worker
from idp.base.clock import ManualClock
from idp.flows import retention, rotate_keys
from idp.jobs import sweep
from idp.provider import Provider
from idp.store.audit import Event
from idp.store.tables import challenges, pushed_requests
from tests.jobs.outbox import put_mail, state
from tests.support.outbox import Outbox

pytestmark = pytest.mark.anyio


async def test_a_mail_leaves_beside_a_long_job_and_stop_ends_the_worker_once_that_is_done(provider: Provider) -> None:
    stop, done = asyncio.Event(), asyncio.Event()

    async def long(provider: Provider) -> int:
        await done.wait()
        return 1

    async with asyncio.timeout(60):
        running = asyncio.create_task(worker.run(provider, stop, (*worker.TIMETABLE, worker.Job("long", 10, long))))
        item = await put_mail(provider)
        while await state(provider, item) != "delivered":
            pass
        stop.set()
        await asyncio.sleep(0)
        assert not running.done()
        done.set()
        await running
    assert len(Outbox(provider.settings.var / "outbox").letters()) == 1


async def test_a_failing_job_is_tried_again_later_each_time_and_spoils_no_other(
    provider: Provider, clock: ManualClock
) -> None:
    ran: list[str] = []

    async def bad(provider: Provider) -> int:
        ran.append("bad")
        raise RuntimeError("no")

    async def good(provider: Provider) -> int:
        ran.append("good")
        return 1

    timetable = worker.Timetable(provider, (worker.Job("bad", 10, bad), worker.Job("good", 10, good)))
    for _ in range(70):
        await timetable.start()
        await timetable.finish()
        clock.advance(1)
    assert ran.count("good") == 7
    # At 0, 20 and 60 seconds: each failure doubles the pause.
    assert ran.count("bad") == 3


async def test_a_long_job_holds_up_no_other_and_is_not_begun_twice(provider: Provider, clock: ManualClock) -> None:
    ran: list[str] = []
    over = asyncio.Event()

    async def long(provider: Provider) -> int:
        ran.append("long")
        return int(await over.wait())

    async def short(provider: Provider) -> int:
        ran.append("short")
        return 1

    timetable = worker.Timetable(provider, (worker.Job("long", 1, long), worker.Job("short", 1, short)))
    for _ in range(3):
        await timetable.start()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.advance(1)
    assert ran == ["long", "short", "short", "short"]
    over.set()
    await timetable.finish()
    await timetable.start()
    assert ran.count("long") == 1
    clock.advance(1)
    await timetable.start()
    await timetable.finish()
    assert ran.count("long") == 2


async def test_the_audit_trail_is_chained_and_a_change_shows(provider: Provider) -> None:
    for number in range(450):
        async with provider.database.transaction() as tx:
            await provider.audit.append(tx, Event("session.started", detail={"number": number}))
    await worker.drain(provider)
    async with provider.database.reading() as tx:
        checked, broken = await provider.audit.verify(tx)
        assert (checked >= 450, broken, await provider.audit.unlinked(tx)) == (True, None, 0)


async def test_what_is_over_is_swept_in_batches_and_the_rest_stays(provider: Provider, clock: ManualClock) -> None:
    now = clock.now()
    async with provider.database.transaction() as tx:
        rows = [
            {"id": provider.new_id(), "secret_hash": bytes(32), "client_id": "x", "parameters": {}, "expires_at": now - 2 * retention.HOUR}
            for _ in range(sweep.BATCH + 20)
        ]  # fmt: skip
        fresh = {**rows[0], "id": provider.new_id(), "expires_at": now + 60}
        await tx.execute(pushed_requests.insert(), [*rows, fresh])
        await tx.execute(
            challenges.insert().values(
                id=provider.new_id(), purpose="reset", subject_id=provider.new_id(), channel="email", destination="a@b.example",
                link_hash=bytes(32), tries_left=5, created_at=now, expires_at=now,
            )
        )  # fmt: skip
    assert await sweep.sweep(provider) == sweep.BATCH + 20
    clock.advance(8 * retention.DAY + 1)
    assert await sweep.sweep(provider) >= 2
    async with provider.database.reading() as tx:
        for table in (pushed_requests, challenges):
            assert await tx.scalar(select(func.count()).select_from(table)) == 0


async def test_keys_rotate_when_they_have_served_their_time(provider: Provider, clock: ManualClock) -> None:
    before = provider.keyring.jwks
    await worker.drain(provider)
    assert provider.keyring.jwks == before
    clock.advance(provider.settings.lifetimes.key_rotation)
    await worker.drain(provider)
    assert provider.keyring.jwks != before
    assert await rotate_keys.due_rotations(provider) == []
