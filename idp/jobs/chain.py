"""Link what the audit trail has gathered: short transactions, since on SQLite everybody queues behind them."""

from idp.provider import Provider

_BATCH = 200


async def chain(provider: Provider) -> int:
    """Link every row that waits; how many."""
    linked = 0
    while True:
        async with provider.database.reading() as tx:
            if not await provider.audit.unlinked(tx):
                return linked
        async with provider.database.transaction() as tx:
            more = await provider.audit.chain(tx, _BATCH)
        linked += more
        if more == 0:
            # Another worker has the chain's end in its hands.
            return linked
