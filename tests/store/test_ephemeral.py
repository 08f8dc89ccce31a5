"""Counters and replay marks in memory: bounded whatever anybody sends, and no mark is forgotten before its time."""

import asyncio
import random
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.base.clock import ManualClock
from idp.base.errors import Unavailable
from idp.store.ephemeral import MemoryEphemeral, RedisEphemeral

pytestmark = pytest.mark.anyio

MEGABYTE = 1024
"""In the kilobytes of `ru_maxrss`."""


async def test_a_flood_of_short_marks_makes_nobody_forget_a_long_one(clock: ManualClock) -> None:
    store = MemoryEphemeral(clock, capacity=100)
    assert await store.mark("assertion:saldo:first", 3600)
    for number in range(99):
        assert await store.mark(f"assertion:x:{number}", 60)
    with pytest.raises(Unavailable):
        await store.mark("assertion:x:one too many", 60)
    assert not await store.mark("assertion:saldo:first", 3600), "replayed"
    clock.advance(60)
    # The short ones are over and have made room, though an older one goes on.
    for number in range(99):
        assert await store.mark(f"assertion:x:{number}", 60)
    assert not await store.mark("assertion:saldo:first", 3600)
    clock.advance(3540)
    assert await store.mark("assertion:saldo:first", 3600)


async def test_one_kind_of_marks_leaves_the_others_their_room(clock: ManualClock) -> None:
    """Anybody may open forms; only clients send assertions."""
    store = MemoryEphemeral(clock, capacity=10)
    for number in range(10):
        await store.mark(f"sign-up:{number}", 86_400)
    with pytest.raises(Unavailable):
        await store.mark("sign-up:10", 86_400)
    assert await store.mark("assertion:saldo:a", 300)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 90), st.integers(0, 40)), max_size=200))
async def test_a_mark_is_kept_exactly_as_long_as_was_said(steps: list[tuple[int, int, int]]) -> None:
    clock = ManualClock()
    store, kept = MemoryEphemeral(clock, capacity=1000), dict[str, int]()
    for number, lifetime, pause in steps:
        name = f"assertion:{number}"
        fresh = kept.get(name, 0) <= clock.now()
        assert await store.mark(name, lifetime) == fresh
        if fresh:
            kept[name] = clock.now() + lifetime
        clock.advance(pause)


async def test_t20_a_million_names_cost_no_more_than_the_first_thousands(clock: ManualClock) -> None:
    """Random user names, locales and networks in counters, far expiries in marks."""
    store, chance = MemoryEphemeral(clock, capacity=5_000), random.Random(20)

    async def flood(names: int) -> None:
        for _ in range(names):
            await store.hit(f"sign-in:{chance.randbytes(60).hex()}", 86_400)
        for _ in range(names // 10):
            try:
                await store.mark(f"assertion:{chance.randbytes(60).hex()}", 86_400)
            except Unavailable:
                clock.advance(1)

    await flood(20_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await flood(1_000_000)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 10 * MEGABYTE
    assert len(store._counters) == 5_000
    assert len(store._marks["assertion"]) <= 5_000


async def test_a_redis_that_stalls_costs_one_second_and_not_one_for_each_who_asks(clock: ManualClock) -> None:
    called = 0
    stalled = asyncio.Event()

    async def stalls_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal called
        called += 1
        if called == 1:
            await stalled.wait()
        writer.close()

    async with await asyncio.start_server(stalls_once, "127.0.0.1", 0) as server:
        store = RedisEphemeral(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0", clock)
        # Each counts in this process alone, and for ten.
        assert [await store.hit("sign-in:10.0.0.0/24", 60) for _ in range(20)] == list(range(10, 201, 10))
        assert await store.count("sign-in:10.0.0.0/24") == 200
        with pytest.raises(Unavailable):
            await store.mark("assertion:saldo:a", 60)
        assert called == 1, "asked once, and then left alone"
        clock.advance(5)
        assert await store.hit("sign-in:10.0.0.0/24", 60) == 210
        assert called == 2, "asked again after a rest"
        await store.close()
        stalled.set()
