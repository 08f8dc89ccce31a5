"""The ways to reach people: which of them is out of order now, and what a gateway says became of a message."""

from uuid import UUID

from idp.provider import Provider
from idp.store import breakers, outbox
from idp.store.audit import Event

MAIL, SMS = outbox.MAIL, outbox.SMS

# Breakers beside those of the outbox's targets.
SMTP = f"{breakers.SHARED}smtp"
SPENT = "sms:spent"


def gateway(name: str) -> str:
    """The breaker of a message gateway."""
    return f"{breakers.SHARED}{name}"


async def out_of_order(provider: Provider) -> frozenset[str]:
    """`mail`, `sms`, both or none: what a page should not offer first, because what it sends would not arrive now."""
    return frozenset(await _down(provider))


async def back_at(provider: Provider, channel: str) -> int | None:
    """When one that is out of order is tried again (UNIX seconds); None while it works."""
    return (await _down(provider)).get(channel)


async def _down(provider: Provider) -> dict[str, int]:
    async with provider.database.reading() as tx:
        tripped = await breakers.tripped(tx, provider.clock.now())
    gateways = [gateway(name) for name in provider.settings.routes()]
    down = {}
    if SPENT in tripped:
        down[SMS] = tripped[SPENT]
    elif gateways and all(name in tripped for name in gateways):
        down[SMS] = min(tripped[name] for name in gateways)
    if SMTP in tripped:
        down[MAIL] = tripped[SMTP]
    return down


async def receipt(provider: Provider, sender: str, item: UUID, *, arrived: bool) -> bool:
    """Note what became of a message; one that was lost goes on with the next gateway. False for a message that is not known."""
    names = list(provider.settings.routes())
    further = sender in names[:-1]
    async with provider.database.transaction() as tx:
        known = await provider.outbox.receipt(tx, sender, item, arrived=arrived, further=further)
        if known and not arrived:
            detail = {"gateway": sender, "item": str(item)}
            await provider.audit.append(tx, Event("message.lost", actor=sender, detail=detail))
    return known
