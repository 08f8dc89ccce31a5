"""The worker: the outbox, and the timetable of all periodic jobs, on one page.

Any number of workers may run at once, inside `serve` or alone. The clock that is passed in says what is due; how often a
worker looks is real time. A job that fails is logged and tried again, later each time; nothing ends the worker but `stop`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from idp.base.errors import Unavailable
from idp.jobs.alerts import alerts
from idp.jobs.chain import chain
from idp.jobs.delivery import Deliveries
from idp.jobs.documents import delete_documents
from idp.jobs.erasure import carry_out
from idp.jobs.recoveries import advance
from idp.jobs.registry import refresh
from idp.jobs.removals import removals
from idp.jobs.rotation import rotate
from idp.jobs.sweep import sweep
from idp.provider import Provider

LOOK = 0.5
"""Seconds between two looks at the outbox and at the timetable: nobody waits for a code longer than a second."""

LONGEST_PAUSE = 300

log = structlog.get_logger("gerbang.worker")


@dataclass(frozen=True)
class Job:
    """Something to do every `every` seconds; `run` tells how much there was to do."""

    name: str
    every: int
    run: Callable[[Provider], Awaitable[int]]


TIMETABLE = (
    Job("sign-in alerts", 15, alerts),
    Job("audit chain", 1, chain),
    Job("key rotation", 60, rotate),
    Job("removals", 60, removals),
    Job("erasure", 60, carry_out),
    Job("assisted recoveries", 60, advance),
    Job("sweep", 600, sweep),
    Job("documents", 600, delete_documents),
    Job("registry refresh", 60, refresh),
)


async def run(provider: Provider, stop: asyncio.Event, jobs: tuple[Job, ...] = TIMETABLE) -> None:
    """Work until `stop` is set, then finish what is under way."""
    deliveries, timetable = Deliveries(provider), Timetable(provider, jobs)
    async with asyncio.TaskGroup() as loops:
        loops.create_task(_repeat(deliveries.start, stop))
        loops.create_task(_repeat(timetable.start, stop))
    await deliveries.finish()
    await timetable.finish()


async def drain(provider: Provider) -> None:
    """Do everything that is due, once; what goes wrong is raised."""
    await _deliver(provider)
    for job in TIMETABLE:
        await job.run(provider)
    # Some of them write to people.
    await _deliver(provider)


async def _deliver(provider: Provider) -> None:
    deliveries = Deliveries(provider)
    while await deliveries.start():
        await deliveries.finish()


class Timetable:
    """When each job ran last, and how often it has failed since it last succeeded. A long one holds up no other."""

    def __init__(self, provider: Provider, jobs: tuple[Job, ...] = TIMETABLE) -> None:
        self._provider = provider
        self._due = dict.fromkeys(jobs, 0)
        self._failures = dict.fromkeys(jobs, 0)
        self._running: dict[Job, asyncio.Task[None]] = {}

    async def start(self) -> int:
        """Begin what is due now and not under way. Always 0, as if nothing had been there to do: the next look may come after a pause."""
        now = self._provider.clock.now()
        for job, due in self._due.items():
            if due <= now and job not in self._running:
                self._running[job] = asyncio.create_task(self._run(job))
        return 0

    async def finish(self) -> None:
        """Wait for everything that is under way."""
        await asyncio.gather(*self._running.values())

    async def _run(self, job: Job) -> None:
        try:
            done = await job.run(self._provider)
        except Exception as error:
            self._failures[job] += 1
            pause = min(job.every * 2 ** self._failures[job], max(job.every, LONGEST_PAUSE))
            log.error("job failed", job=job.name, again_in=pause, exc_info=not isinstance(error, Unavailable))
        else:
            self._failures[job] = 0
            pause = job.every
            if done:
                log.debug("job done", job=job.name, count=done)
        self._due[job] = self._provider.clock.now() + pause
        del self._running[job]


async def _repeat(step: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
    """Step again at once while there was something to do, else after a look's pause; later after each failure."""
    pause = LOOK
    while not stop.is_set():
        try:
            pause = 0.0 if await step() else LOOK
        except Exception as error:
            pause = min(max(pause, LOOK) * 2, 10.0)
            log.error("worker stumbled", again_in=pause, exc_info=not isinstance(error, Unavailable))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stop.wait()
