"""From the outbox to the outside: lease, deliver, settle. One lane per kind, so that a slow one holds up nobody else.

At least once: a worker that dies between sending and settling leaves a lease behind, and whoever takes it over sends the
very same message again, under the same Message-ID or `jti`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from idp.base.errors import Unavailable
from idp.jobs import backchannel, mail, registry, sms
from idp.jobs.undelivered import Undelivered
from idp.provider import Provider
from idp.store.database import Tx
from idp.store.outbox import BACKCHANNEL, MAIL, REGISTRY, SMS, Item, Taken

LANES: Mapping[str, tuple[Callable[[Provider, Item], Awaitable[Taken | None]], int]] = {
    MAIL: (mail.deliver, 10),
    SMS: (sms.deliver, 10),
    BACKCHANNEL: (backchannel.deliver, 20),
    REGISTRY: (registry.deliver, 5),
}
"""Kind → how it is delivered, and how many at once."""

LEASE = 90
DEADLINE = 60
"""Seconds until a delivery is given up: well within its lease, so that no living worker is overtaken by another."""

log = structlog.get_logger("gerbang.outbox")


class Deliveries:
    """What this worker has under way."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._running: dict[str, set[asyncio.Task[None]]] = {kind: set() for kind in LANES}

    async def start(self) -> int:
        """Begin what is due, as far as the lanes have room; how many were begun."""
        async with self._provider.database.reading() as tx:
            due = await self._provider.outbox.due(tx)
        begun = 0
        for kind in due & LANES.keys():
            room = LANES[kind][1] - len(self._running[kind])
            if room <= 0:
                continue
            async with self._provider.database.transaction() as tx:
                items = await self._provider.outbox.claim(tx, kind, room, LEASE)
            for item in items:
                task = asyncio.create_task(_deliver(self._provider, item))
                self._running[kind].add(task)
                task.add_done_callback(self._running[kind].discard)
            begun += len(items)
        return begun

    async def finish(self) -> None:
        """Wait for everything that is under way."""
        if running := [task for lane in self._running.values() for task in lane]:
            await asyncio.gather(*running)


async def _deliver(provider: Provider, item: Item) -> None:
    """One item from lease to settlement. What settling cannot do now, the end of the lease will."""
    provider.failpoint(f"{item.kind}.leased")
    outcome = await _attempt(provider, item)
    provider.failpoint(f"{item.kind}.sent")
    told = log.bind(item=str(item.id), kind=item.kind, target=item.target, attempt=item.attempts)
    try:
        async with provider.database.transaction() as tx:
            dead = await _settle(provider, tx, item, outcome)
    except Unavailable as fault:
        told.warning("not settled", reason=fault.private)
        return
    if not isinstance(outcome, Undelivered):
        told.info("delivered")
    else:
        tell = told.error if dead else told.warning
        tell("not delivered", dead=dead, reason=str(outcome))


async def _settle(provider: Provider, tx: Tx, item: Item, outcome: Undelivered | Taken | None) -> bool:
    """Write down what came of it; whether the item is dead now."""
    if isinstance(outcome, Undelivered):
        return await provider.outbox.failed(tx, item, str(outcome), final=outcome.final, blame=outcome.blame)
    await provider.outbox.delivered(tx, item, outcome)
    return False


async def _attempt(provider: Provider, item: Item) -> Undelivered | Taken | None:
    """Why it did not leave; or who took it, where that may be one of several. No fault of one message may end the worker."""
    deliver, _ = LANES[item.kind]
    try:
        async with asyncio.timeout(DEADLINE):
            return await deliver(provider, item)
    except Undelivered as failure:
        return failure
    except TimeoutError:
        return Undelivered("took too long")
    except Exception as error:  # noqa: BLE001  # the text of a strange exception may quote the message: only its kind is kept
        return Undelivered(f"fault: {type(error).__name__}", blame=False)
