"""The ways to reach people: which of them is out of order now, and what a gateway says became of a message."""

from uuid import UUID

from idp.provider import Provider
from idp.store.audit import Event

MAIL, SMS = "mail", "sms"

# Breakers beside those of the outbox's targets.
SMTP = "gateway:smtp"
SPENT = "sms:spent"


def gateway(name: str) -> str:
    """The breaker of a message gateway."""
    return f"gateway:{name}"


async def out_of_order(provider: Provider) -> frozenset[str]:
    """`mail`, `sms`, both or none: what a page should not offer first, because what it sends would not arrive now."""
    async with provider.database.reading() as tx:
        resting = await provider.outbox.resting(tx)
    gateways = provider.settings.routes()
    down = set()
    if SPENT in resting or (gateways and all(gateway(name) in resting for name in gateways)):
        down.add(SMS)
    if SMTP in resting:
        down.add(MAIL)
    return frozenset(down)


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
