"""Short-lived state: counters per network, replay marks, caches. In memory for one process, in Redis for several.

Losing it tightens limits and never opens a door: whoever asks while the store is away counts as refused where a
count protects a secret, and the mark store has an epoch, before which no proof is accepted.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush
from typing import Protocol, TypeVar

from idp.base.clock import Clock
from idp.base.errors import Unavailable
from idp.base.opaque import digest

_EPOCH = "gerbang:epoch"

T = TypeVar("T")


class Ephemeral(Protocol):
    """What the provider needs to remember for minutes only."""

    async def hit(self, counter: str, window: int) -> int:
        """Count one event in the running window of `window` seconds; the count including this one."""
        ...

    async def count(self, counter: str) -> int:
        """How many events the running window holds."""
        ...

    async def mark(self, name: str, lifetime: int) -> bool:
        """Remember `name` for `lifetime` seconds; False if it is remembered already, which means a replay."""
        ...

    async def epoch(self) -> int:
        """Since when (UNIX seconds) marks have been kept without a gap; proofs issued before it must be refused."""
        ...

    async def away(self) -> bool:
        """Whether it does not answer now, and limits are stricter for it."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Marks:
    """Marks of one kind. None is forgotten before its time, since it could be replayed: what finds no room is refused."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._ends: dict[bytes, int] = {}
        self._soonest: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, name: str, now: int, ends: int) -> bool:
        """Remember a name until `ends` (UNIX seconds); False if it is remembered already. Unavailable when there is no room."""
        # Of equal size, however long a name somebody thinks up.
        short = digest(name)[:16]
        while self._soonest and self._soonest[0][0] <= now:
            del self._ends[heappop(self._soonest)[1]]
        if short in self._ends:
            return False
        if len(self._ends) >= self._capacity:
            raise Unavailable("replay marks: full")
        self._ends[short] = ends
        heappush(self._soonest, (ends, short))
        return True


class MemoryEphemeral:
    """For one process. Bounded (T20): past `capacity` the counter that rested longest goes, and new marks are refused.

    Marks of each kind (what stands before the `:` of their name; our own words, never a caller's) have room of their own:
    whoever floods the forms of registration keeps no client from authenticating.
    """

    def __init__(self, clock: Clock, capacity: int = 100_000) -> None:
        self._clock = clock
        self._capacity = capacity
        self._counters: OrderedDict[bytes, tuple[int, int]] = OrderedDict()
        self._marks: defaultdict[str, Marks] = defaultdict(lambda: Marks(capacity))
        self._epoch = clock.now()

    async def hit(self, counter: str, window: int) -> int:
        # Of equal size, as marks are: names of counters hold what strangers typed.
        short = digest(counter)[:16]
        count, ends = self._counters.pop(short, (0, 0))
        if ends <= self._clock.now():
            count, ends = 0, self._clock.now() + window
        self._counters[short] = (count + 1, ends)
        if len(self._counters) > self._capacity:
            self._counters.popitem(last=False)
        return count + 1

    async def count(self, counter: str) -> int:
        count, ends = self._counters.get(digest(counter)[:16], (0, 0))
        return count if ends > self._clock.now() else 0

    async def mark(self, name: str, lifetime: int) -> bool:
        now = self._clock.now()
        return self._marks[name.partition(":")[0]].add(name, now, now + lifetime)

    async def epoch(self) -> int:
        return self._epoch

    async def away(self) -> bool:
        return False

    async def close(self) -> None:
        return None


class RedisEphemeral:
    """For several processes. While Redis is away, counting falls back to this process, ten times stricter.

    A Redis that refuses costs nothing; one that stalls costs whoever asks a second. So after one second lost it is left
    alone for a few, and nobody else waits.
    """

    _STRICTER = 10
    _REST = 5

    def __init__(self, url: str, clock: Clock) -> None:
        # The client weighs as much as a fifth of the whole process, and one process alone never needs it.
        from redis import exceptions
        from redis.asyncio import Redis

        self._away = exceptions.RedisError
        self._stalled = exceptions.TimeoutError
        self._clock = clock
        self._redis = Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
        self._fallback = MemoryEphemeral(clock)
        self._rests_until = 0

    async def hit(self, counter: str, window: int) -> int:
        name = f"gerbang:count:{counter}"

        async def counted() -> int:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.incr(name)
                pipe.expire(name, window, nx=True)
                return int((await pipe.execute())[0])

        try:
            return await self._answer(counted)
        except Unavailable:
            return self._STRICTER * await self._fallback.hit(counter, window)

    async def count(self, counter: str) -> int:
        async def held() -> int:
            return int(await self._redis.get(f"gerbang:count:{counter}") or 0)

        try:
            return await self._answer(held)
        except Unavailable:
            return self._STRICTER * await self._fallback.count(counter)

    async def mark(self, name: str, lifetime: int) -> bool:
        async def marked() -> bool:
            return bool(await self._redis.set(f"gerbang:mark:{name}", 1, nx=True, ex=lifetime))

        return await self._answer(marked)

    async def epoch(self) -> int:
        """Redis keeps the moment at which it was found empty; a flush therefore starts a new epoch."""

        async def found() -> int:
            await self._redis.set(_EPOCH, self._clock.now(), nx=True)
            return int(await self._redis.get(_EPOCH) or self._clock.now())

        return await self._answer(found)

    async def away(self) -> bool:
        try:
            return not await self._redis.ping()
        except self._away:
            return True

    async def close(self) -> None:
        await self._redis.aclose()

    async def _answer(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What Redis answers; Unavailable while it is away, or is left alone."""
        if self._clock.now() < self._rests_until:
            raise Unavailable("Redis stalled a moment ago")
        try:
            return await ask()
        except self._stalled as error:
            self._rests_until = self._clock.now() + self._REST
            raise Unavailable("Redis stalls") from error
        except self._away as error:
            raise Unavailable("Redis is away") from error


def open_ephemeral(redis_url: str | None, clock: Clock) -> Ephemeral:
    """The store that the settings ask for."""
    return RedisEphemeral(redis_url, clock) if redis_url else MemoryEphemeral(clock)
