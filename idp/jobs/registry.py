"""Asking the registry: what the outbox holds for it, and the round by which memberships stay true."""

from uuid import UUID

from idp.accounts import membership
from idp.flows import registry_check
from idp.jobs.undelivered import Undelivered
from idp.provider import Provider
from idp.store.outbox import BACKOFF, Item

_AT_ONCE = 100


async def deliver(provider: Provider, item: Item) -> None:
    """Ask about one account, and let the answer count; Undelivered when there was none. The last try hands it to officers."""
    proofing_id = UUID(item.payload["proofing"]) if item.payload["proofing"] else None
    asked = await registry_check.pending(provider, UUID(item.payload["account"]), proofing_id)
    if asked is None:
        return
    if provider.settings.registry.url is None:
        raise Undelivered("no registry: set IDP_REGISTRY__URL", blame=False)
    try:
        answer = await registry_check.ask(provider, asked, provider.settings.registry.timeout)
    except registry_check.NoAnswer as fault:
        if proofing_id is not None and (fault.refused or item.attempts > len(BACKOFF)):
            await registry_check.give_up(provider, proofing_id)
        raise Undelivered(str(fault), final=fault.refused, blame=not fault.refused) from None
    await registry_check.settle(provider, asked, answer)


async def refresh(provider: Provider) -> int:
    """Ask again about participants of whom nobody asked for a while: who changed employers, left, or died."""
    registry, now = provider.settings.registry, provider.clock.now()
    if registry.url is None:
        return 0
    async with provider.database.reading() as tx:
        if not await membership.any_due(tx, now - registry.refresh):
            return 0
    async with provider.database.transaction() as tx:
        due = await membership.due(tx, now - registry.refresh, now, _AT_ONCE)
        for account_id in due:
            await registry_check.put(provider, tx, account_id, None)
    return len(due)
