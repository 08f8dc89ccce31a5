"""Messages to telephones: within the day's spending and what one number may get, through the first gateway that takes them, or as files in dev mode."""

import asyncio

from idp.accounts import sending, spending
from idp.flows import channels
from idp.jobs import gateway
from idp.jobs.files import drop
from idp.jobs.undelivered import Undelivered
from idp.provider import Provider
from idp.store import breakers
from idp.store.outbox import Item, Taken


async def deliver(provider: Provider, item: Item) -> Taken | None:
    """Send one message; Undelivered if no gateway took it."""
    settings = provider.settings
    values = {"to": str(item.payload["to"]), "text": str(item.payload["text"]), "id": str(item.id)}
    if not settings.routes():
        if not settings.dev:
            raise Undelivered("no SMS gateway: set IDP_SMS__URL")
        text = f"To: {values['to']}\n\n{values['text']}\n"
        await asyncio.to_thread(drop, settings.outbox, item, ".txt", text.encode())
        return None
    # A day may end while a gateway takes its time: what was counted is given back to the day that it was counted in.
    begun = provider.clock.now()
    await _spend(provider, values["to"], begun)
    try:
        return await _by_the_first_that_takes_it(provider, item, values)
    except Undelivered:
        async with provider.database.transaction() as tx:
            # In the order in which they were counted, or two messages to one number wait for each other.
            await sending.stays(tx, provider.material, values["to"])
            await spending.give_back(tx, settings.spending, values["to"], begun)
        raise


async def _by_the_first_that_takes_it(provider: Provider, item: Item, values: dict[str, str]) -> Taken:
    routes = list(provider.settings.routes().items())
    async with provider.database.reading() as tx:
        tripped = await breakers.tripped(tx, provider.clock.now())
    # Where every gateway is left alone, the first is asked all the same: somebody has to find out that it is well again.
    ready = [(name, each) for name, each in routes[item.route :] if channels.gateway(name) not in tripped]
    failure = Undelivered("no gateway is left for it", final=True, blame=False)
    for name, each in ready or routes[item.route : item.route + 1]:
        try:
            await gateway.send(provider.caller, each, values)
        except Undelivered as refusal:
            if refusal.final:
                raise
            failure = refusal
            async with provider.database.transaction() as tx:
                await breakers.failed(tx, channels.gateway(name), provider.clock.now())
        else:
            if channels.gateway(name) in tripped:
                async with provider.database.transaction() as tx:
                    await breakers.recovered(tx, channels.gateway(name))
            return Taken(name, awaited=each.receipts is not None)
    raise failure


async def _spend(provider: Provider, to: str, now: int) -> None:
    allowed, exceeded = provider.settings.limits.sms_per_number, None
    async with provider.database.transaction() as tx:
        if leaves := await sending.leaves(tx, provider.material, to, allowed, now):
            exceeded = await spending.spend(tx, provider.settings.spending, to, now)
        if exceeded is not None:
            await sending.stays(tx, provider.material, to)
            # What is exhausted for one country is no outage for everybody.
            target = channels.SPENT if exceeded == spending.EVERYTHING else f"{channels.SPENT}:{exceeded}"
            await breakers.trip(tx, target, spending.next_day(now))
    if not leaves:
        raise Undelivered("this number has had its messages of a day", final=True, blame=False)
    if exceeded is not None:
        whose = "all" if exceeded == spending.EVERYTHING else exceeded
        raise Undelivered(f"the day's spending for {whose} is used up", final=True, blame=False)
